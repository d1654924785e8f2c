using System.CommandLine;
using System.Globalization;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Operator;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Gateways;

/// <summary><c>portolan cache</c>.</summary>
internal static class CacheCommand
{
    private const string Cache = "/portolan/cache";

    public static Command Create(CommandContext context) =>
        new PlainCommand("cache", "Shows what the gateway's cache keeps, and removes it.", "portolan cache show", "portolan cache purge --path '/api/products/*'")
        {
            Show(context),
            Purge(context),
        };

    private static OperatorCommand Show(CommandContext context) =>
        new OperatorCommand(context, "show", "Shows how much is kept for each route.", "portolan cache show", gateway: true).Does(
            (client, _, cancellationToken) => client.GetAsync(Cache, cancellationToken),
            (screen, answer) =>
            {
                var table = new TextTable("ROUTE", "ENTRIES", "BYTES");
                foreach (var route in answer.Items("routes"))
                {
                    table.Add(route.Text("route"), route.Text("entries"), route.Text("bytes"));
                }

                table.PrintOr(screen, "Nothing is kept.");
                screen.Out.WriteLine($"{answer.Text("entries")} answers, {answer.Text("bytes")} of {answer.Text("limit")} bytes.");
            });

    private static OperatorCommand Purge(CommandContext context)
    {
        var path = new Option<string?>("--path") { Description = "Of this path, or with * at its end of all below", HelpName = "path" };
        var route = new Option<string?>("--route") { Description = "Of this route", HelpName = "name" };
        var tag = new Option<string?>("--tag") { Description = "With this tag", HelpName = "tag" };
        var all = new Option<bool>("--all") { Description = "Everything" };
        var command = new OperatorCommand(context, "purge", "Removes kept answers; with several options those that all of them mean.", "portolan cache purge --tag product-1", gateway: true)
        {
            path, route, tag, all,
        };
        command.Validators.Add(result =>
        {
            var selects = result.GetValue(path) is not null || result.GetValue(route) is not null || result.GetValue(tag) is not null;
            if (selects == result.GetValue(all))
            {
                result.AddError("Say what to purge: --path, --route or --tag, or --all alone.");
            }
        });
        return command.Does(
            (client, parsed, cancellationToken) => client.DeleteAsync($"{Cache}?{Query(parsed, path, route, tag)}", cancellationToken),
            (screen, answer) => screen.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answer.Text("removed")} {(answer.Text("removed") == "1" ? "answer" : "answers")} removed.")));
    }

    private static string Query(ParseResult parsed, params Option<string?>[] selectors)
    {
        var parts = selectors.Where(selector => parsed.GetValue(selector) is not null)
            .Select(selector => $"{selector.Name.TrimStart('-')}={Uri.EscapeDataString(parsed.GetValue(selector)!)}");
        return string.Join('&', parts) is { Length: > 0 } query ? query : "all=true";
    }
}
