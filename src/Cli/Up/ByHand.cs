using Portolan.Cli.Processes;
using Portolan.Cli.SystemFile;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Up;

/// <summary>Tells how to start a service that <c>up</c> was asked to leave out.</summary>
internal static class ByHand
{
    public static void Print(Screen screen, ServiceConfig service, SystemPlan plan, Ports ports)
    {
        var port = service.Port ?? ports.Pick();
        screen.Out.WriteLine();
        screen.Out.WriteLine($"Start {service.Name} yourself, under a debugger if you like{(service.Command.Count > 0 ? "" : ", with this environment")}:");
        screen.Out.WriteLine($"  cd {Quoted(service.Folder)}");
        if (service.Command.Count > 0)
        {
            screen.Out.WriteLine($"  portolan sidecar --service {service.Name} --port {port} --outbound-port 0 --server {plan.ServerAddress} -- {string.Join(' ', service.Command.Select(Quoted))}");
            return;
        }

        foreach (var (name, value) in plan.EnvironmentOf(service, 1, port))
        {
            screen.Out.WriteLine(OperatingSystem.IsWindows() ? $"  set \"{name}={value}\"" : $"  export {name}={Quoted(value)}");
        }

        screen.Out.WriteLine("  dotnet run --no-launch-profile");
    }

    private static string Quoted(string text) =>
        text.All(letter => char.IsAsciiLetterOrDigit(letter) || "/:._-".Contains(letter)) ? text : $"'{text.Replace("'", "'\\''")}'";
}
