using System.CommandLine;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Gateways;
using Portolan.Cli.Operator;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan breaker</c>.</summary>
internal static class BreakerCommand
{
    public static Command Create(CommandContext context) =>
        new PlainCommand("breaker", "Shows the circuit breakers of all instances and of the gateway, and opens and closes them by hand.", "portolan breaker list", "portolan breaker open orders inventory/inventory-1 --for 60", "portolan breaker open gateway orders/orders-1")
        {
            List(context),
            Open(context),
            Change(context, "close", "Lets all calls pass, whatever happens, until a reset."),
            Change(context, "reset", "Closes a breaker with nothing counted, and lets it decide for itself again."),
        };

    private static OperatorCommand List(CommandContext context)
    {
        var service = new Argument<string?>("service") { Description = "Only breakers in this service; 'gateway' for the gateway's", Arity = ArgumentArity.ZeroOrOne };
        var command = new OperatorCommand(context, "list", "Lists circuit breakers: each instance of a service has its own, and so has the gateway.", "portolan breaker list orders") { service };
        var places = Places(context, command);
        return command.Does((parsed, cancellationToken) => places.ListAsync(parsed, parsed.GetValue(service), cancellationToken), PrintBreakers);
    }

    private static OperatorCommand Open(CommandContext context)
    {
        var time = new Option<int?>("--for") { Description = "Seconds after which it probes and closes by itself; otherwise it stays open until close or reset", HelpName = "seconds" };
        time.Validators.Add(Ranges.Hold);
        var command = Change(
            context, "open", "Refuses all calls until a close or a reset, or for a time.", parsed => parsed.GetValue(time) is { } seconds ? $"for={seconds}" : null);
        command.Add(time);
        return command;
    }

    private static OperatorCommand Change(CommandContext context, string action, string description, Func<ParseResult, string?>? parameter = null)
    {
        var service = new Argument<string>("service") { Description = "The service whose calls it guards; 'gateway' for the gateway's" };
        var name = new Argument<string>("breaker") { Description = "The breaker's name, as the list shows it" };
        var instance = new Option<string?>("--instance") { Description = "Only in this instance; otherwise in all of the service", HelpName = "id" };
        var command = new OperatorCommand(context, action, description, $"portolan breaker {action} orders inventory/inventory-1") { service, name, instance };
        command.Validators.Add(result =>
        {
            if (result.GetValue(service) == BreakerPlaces.Gateway && result.GetValue(instance) is not null)
            {
                result.AddError("The gateway is one process; say which with --gateway, and leave --instance out.");
            }
        });
        var places = Places(context, command);
        return command.Does(
            (parsed, cancellationToken) =>
            {
                var only = parsed.GetValue(instance) is { } id ? $"instance={Uri.EscapeDataString(id)}" : null;
                var query = string.Join('&', new[] { parameter?.Invoke(parsed), only }.OfType<string>());
                var path = $"{Uri.EscapeDataString(parsed.GetRequiredValue(name))}/{action}";
                return places.ChangeAsync(parsed, parsed.GetRequiredValue(service), query.Length > 0 ? $"{path}?{query}" : path, cancellationToken);
            },
            PrintChanged);
    }

    private static BreakerPlaces Places(CommandContext context, OperatorCommand command)
    {
        var gateway = Operands.Gateway();
        command.Add(gateway);
        return new BreakerPlaces(context, command.Address, gateway);
    }

    private static void PrintBreakers(Screen screen, JsonElement answer)
    {
        var table = new TextTable("SERVICE", "INSTANCE", "BREAKER", "STATE", "SINCE", "RETRY IN", "FAILURES", "CALLS", "ALLOWED", "BLOCKED", "REASON");
        foreach (var breaker in answer.Items("breakers"))
        {
            table.Add(
                ToneOf(breaker.Text("state")),
                breaker.Text("service"),
                breaker.Text("instance"),
                breaker.Text("name"),
                breaker.Text("state"),
                breaker.LocalTime("since"),
                breaker.Text("retryAfter") is { Length: > 0 } seconds ? $"{seconds} s" : "",
                breaker.Field("failureRate") is { ValueKind: JsonValueKind.Number } rate ? $"{rate.GetDouble() * 100:0.#} %" : "",
                breaker.Text("calls"),
                breaker.Text("allowed"),
                breaker.Text("blocked"),
                breaker.Text("reason"));
        }

        table.PrintOr(screen, "There is no circuit breaker: each is made by the first call that passes it.");
    }

    private static void PrintChanged(Screen screen, JsonElement answer)
    {
        foreach (var breaker in answer.Items("breakers"))
        {
            screen.Out.WriteLine($"{breaker.Text("name")} in {Place(breaker)} is {screen.Paint(ToneOf(breaker.Text("state")), breaker.Text("state"))}.");
        }
    }

    private static string Place(JsonElement breaker) =>
        breaker.Text("service") == BreakerPlaces.Gateway ? $"the gateway at {breaker.Text("instance")}" : breaker.Text("instance");

    private static Tone ToneOf(string state) => state switch
    {
        "open" or "forced-open" or "isolated" => Tone.Bad,
        "half-open" or "forced-closed" => Tone.Warning,
        _ => Tone.Plain,
    };
}
