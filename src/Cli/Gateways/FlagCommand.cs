using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Operator;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Gateways;

/// <summary><c>portolan flag</c>.</summary>
internal static class FlagCommand
{
    private const string Flags = "/portolan/gateway/flags";

    public static Command Create(CommandContext context) =>
        new PlainCommand("flag", "Shows the gateway's feature flags, and switches them at once.", "portolan flag list", "portolan flag set express-shipping 25", "portolan flag set express-shipping off")
        {
            List(context),
            Set(context),
            Reset(context),
        };

    private static OperatorCommand List(CommandContext context) =>
        new OperatorCommand(context, "list", "Lists the flags, and for how many each is on.", "portolan flag list", gateway: true).Does(
            (client, _, cancellationToken) => client.GetAsync(Flags, cancellationToken),
            (screen, answer) => Print(screen, [.. answer.Items("flags")]));

    private static OperatorCommand Set(CommandContext context)
    {
        var name = Name();
        var state = new Argument<string>("state") { Description = "on, off, or the percent of subjects for whom it is on" };
        state.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && Percent(text) is null)
            {
                result.AddError($"A flag is set to on, off or a percentage like 25, not '{text}'.");
            }
        });
        var command = new OperatorCommand(context, "set", "Switches a flag.", "portolan flag set express-shipping 25", gateway: true) { name, state };
        return command.Does(
            (client, parsed, cancellationToken) => client.PutAsync(
                PathOf(parsed.GetRequiredValue(name)), $"{{\"percent\":{Percent(parsed.GetRequiredValue(state))!.Value.ToString(CultureInfo.InvariantCulture)}}}", cancellationToken),
            (screen, answer) => Print(screen, [answer]));
    }

    private static OperatorCommand Reset(CommandContext context)
    {
        var name = Name();
        var command = new OperatorCommand(context, "reset", "Sets a flag as the configuration says again.", "portolan flag reset express-shipping", gateway: true) { name };
        return command.Does(
            (client, parsed, cancellationToken) => client.DeleteAsync(PathOf(parsed.GetRequiredValue(name)), cancellationToken),
            (screen, answer) => Print(screen, [answer]));
    }

    private static Argument<string> Name() => new("flag") { Description = "The flag's name, as the list shows it" };

    private static string PathOf(string name) => $"{Flags}/{Uri.EscapeDataString(name)}";

    private static int? Percent(string text) => text switch
    {
        "on" => 100,
        "off" => 0,
        _ => int.TryParse(text.AsSpan().TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100 ? percent : null,
    };

    private static void Print(Screen screen, IReadOnlyList<JsonElement> flags)
    {
        var table = new TextTable("FLAG", "ON FOR", "ALWAYS FOR", "REQUESTS", "ON", "");
        foreach (var flag in flags)
        {
            var changed = flag.Field("changed") is { ValueKind: JsonValueKind.True };
            table.Add(
                changed ? Tone.Warning : Tone.Plain,
                flag.Text("name"), $"{flag.Text("percent")} %", string.Join(", ", flag.Items("always").Select(subject => subject.GetString())),
                flag.Text("requests"), flag.Text("on"), changed ? "changed by hand" : "");
        }

        table.PrintOr(screen, "This gateway has no flags; 'flags' in its configuration makes some.");
    }
}
