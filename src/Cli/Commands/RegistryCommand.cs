using System.CommandLine;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Operator;
using Portolan.Cli.Terminal;
using Portolan.Proxy.Settings;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan registry</c>.</summary>
internal static class RegistryCommand
{
    public static Command Create(CommandContext context) =>
        new PlainCommand("registry", "Shows which services are registered, and where their instances are.", "portolan registry list", "portolan registry show orders")
        {
            List(context),
            ShowOne(context),
        };

    private static OperatorCommand List(CommandContext context) =>
        new OperatorCommand(context, "list", "Lists the registered services.", "portolan registry list --json")
            .Does((client, _, cancellationToken) => client.GetAsync("/v1/services", cancellationToken), PrintServices);

    private static OperatorCommand ShowOne(CommandContext context)
    {
        var service = new Argument<string>("service") { Description = "The service's name" };
        var command = new OperatorCommand(context, "show", "Lists the instances of a service with their addresses and leases.", "portolan registry show orders") { service };
        return command.Does((client, parsed, cancellationToken) => InstancesAsync(client, parsed.GetRequiredValue(service), cancellationToken), PrintInstances);
    }

    private static async Task<string> InstancesAsync(ServerClient client, string service, CancellationToken cancellationToken)
    {
        var body = await client.GetAsync($"/v1/services/{Uri.EscapeDataString(service)}", cancellationToken);
        using var document = JsonDocument.Parse(body);
        if (document.RootElement.Items("instances").Any())
        {
            return body;
        }

        // The registry knows no unknown names, only services without instances; a typing error deserves better.
        using var all = JsonDocument.Parse(await client.GetAsync("/v1/services", cancellationToken));
        var names = all.RootElement.Items("services").Select(one => one.Text("serviceName")).ToList();
        if (names.Contains(service))
        {
            return body;
        }

        var hint = Nearest.Hint(service, names);
        throw new CliException($"No service '{service}' is registered" + (hint.Length > 0 ? hint : names.Count == 0 ? "; none is." : $"; there are {string.Join(", ", names)}."));
    }

    private static void PrintServices(Screen screen, JsonElement answer)
    {
        var table = new TextTable("SERVICE", "HEALTHY", "TOTAL");
        foreach (var service in answer.Items("services"))
        {
            var well = service.Text("healthy") == service.Text("total");
            table.Add(well ? Tone.Plain : Tone.Warning, service.Text("serviceName"), service.Text("healthy"), service.Text("total"));
        }

        table.PrintOr(screen, "No service is registered.");
    }

    private static void PrintInstances(Screen screen, JsonElement answer)
    {
        var table = new TextTable("INSTANCE", "ADDRESS", "STATUS", "REGISTERED", "LEASE UNTIL", "TAGS");
        foreach (var instance in answer.Items("instances"))
        {
            table.Add(
                instance.Text("healthy") is "True" or "true" ? Tone.Plain : Tone.Bad,
                instance.Text("id"),
                $"{instance.Text("host")}:{instance.Text("port")}",
                instance.Text("status"),
                instance.LocalTime("registeredAt"),
                instance.Field("lease")?.LocalTime("expiresAt") ?? "",
                string.Join(",", instance.Items("tags")));
        }

        table.PrintOr(screen, $"{answer.Text("serviceName")} has no instance.");
    }
}
