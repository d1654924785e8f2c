using System.CommandLine;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Operator;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Gateways;

/// <summary><c>portolan mirror</c>.</summary>
internal static class MirrorCommand
{
    private const string Mirrors = "/portolan/mirrors";

    public static Command Create(CommandContext context) =>
        new PlainCommand("mirror", "Shows what became of the copies that the gateway sends to other services.", "portolan mirror list", "portolan mirror show products")
        {
            List(context),
            Show(context),
        };

    private static OperatorCommand List(CommandContext context) =>
        new OperatorCommand(context, "list", "Lists the mirrors and how their answers compare.", "portolan mirror list", gateway: true).Does(
            (client, _, cancellationToken) => client.GetAsync(Mirrors, cancellationToken),
            (screen, answer) =>
            {
                var table = new TextTable("ROUTE", "SERVICE", "SAME", "DIFFERENT", "FAILED", "DROPPED", "PRIMARY MS", "MIRROR MS");
                foreach (var mirror in answer.Items("mirrors"))
                {
                    var mean = mirror.Field("meanMilliseconds") ?? default;
                    table.Add(
                        mirror.Text("different") == "0" ? Tone.Plain : Tone.Warning,
                        mirror.Text("route"), mirror.Text("service"), mirror.Text("same"), mirror.Text("different"), Sum(mirror, "failed"), Sum(mirror, "dropped"),
                        mean.Text("primary"), mean.Text("mirror"));
                }

                table.PrintOr(screen, "No route of this gateway is mirrored.");
            });

    private static OperatorCommand Show(CommandContext context)
    {
        var route = new Argument<string>("route") { Description = "The route, as the list shows it" };
        var wanted = "";
        var command = new OperatorCommand(context, "show", "Shows which fields differ, and the last examples.", "portolan mirror show products", gateway: true) { route };
        return command.Does(
            (client, parsed, cancellationToken) =>
            {
                wanted = parsed.GetRequiredValue(route);
                return client.GetAsync(Mirrors, cancellationToken);
            },
            (screen, answer) =>
            {
                var found = answer.Items("mirrors").Where(mirror => mirror.Text("route") == wanted).ToList();
                if (found.Count == 0)
                {
                    throw new CliException($"No route '{wanted}' is mirrored. See 'portolan mirror list'.");
                }

                Print(screen, found[0]);
            });
    }

    private static void Print(Screen screen, JsonElement mirror)
    {
        screen.Out.WriteLine($"{mirror.Text("route")} is mirrored to {mirror.Text("service")}: {mirror.Text("same")} answers were the same, {mirror.Text("different")} different.");
        foreach (var (title, field) in (ReadOnlySpan<(string, string)>)[("Fields that differ", "fields"), ("Copies that failed", "failed"), ("Copies that were dropped", "dropped")])
        {
            var counts = mirror.Field(field) is { ValueKind: JsonValueKind.Object } all ? all.EnumerateObject().ToList() : [];
            if (counts.Count > 0)
            {
                screen.Out.WriteLine($"\n{title}:");
                counts.ForEach(count => screen.Out.WriteLine($"{count.Value.GetInt64(),6}  {count.Name}"));
            }
        }

        foreach (var example in mirror.Items("examples"))
        {
            screen.Out.WriteLine($"\n{example.LocalTime("at")}  {example.Text("method")} {example.Text("path")}");
            foreach (var difference in example.Items("differences"))
            {
                screen.Out.WriteLine($"  {difference.Text("field")}: {difference.Text("primary")} | {difference.Text("mirror")}");
            }
        }
    }

    private static string Sum(JsonElement mirror, string field) =>
        mirror.Field(field) is { ValueKind: JsonValueKind.Object } counts ? $"{counts.EnumerateObject().Sum(count => count.Value.GetInt64())}" : "0";
}
