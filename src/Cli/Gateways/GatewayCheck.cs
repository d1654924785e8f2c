using Portolan.Cli.Serving;
using Portolan.Cli.Terminal;
using Portolan.Proxy.Explain;

namespace Portolan.Cli.Gateways;

/// <summary>Checks a gateway's file without running it.</summary>
internal static class GatewayCheck
{
    /// <summary>Says in a line what the file describes. Throws <see cref="CliException"/> with every problem.</summary>
    public static int Run(Screen screen, string path)
    {
        var file = GatewayFiles.Read(path, files: true);
        var routes = file.Config.Routes;
        var services = routes.SelectMany(route => route.Services).Distinct().Order(StringComparer.Ordinal).ToList();
        var policies = routes.SelectMany(RouteSummary.Policies).GroupBy(policy => policy).Select(group => $"{group.Key} {group.Count()}").ToList();
        screen.Out.WriteLine(
            $"{path} is right: {Count(routes.Count, "route")} to {Count(services.Count, "service")}"
            + (services.Count > 0 ? $" ({string.Join(", ", services)})" : "")
            + (policies.Count > 0 ? $"; policies: {string.Join(", ", policies)}" : "")
            + (file.Port is { } port ? $"; port {port}." : "."));
        return 0;
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
