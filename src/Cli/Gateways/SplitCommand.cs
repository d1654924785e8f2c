using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Operator;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Gateways;

/// <summary><c>portolan split</c>.</summary>
internal static class SplitCommand
{
    private const string Splits = "/portolan/gateway/splits";

    public static Command Create(CommandContext context) =>
        new PlainCommand("split", "Shows how the gateway divides requests between services, and changes that at once.", "portolan split list", "portolan split set orders orders=50 canary=50", "portolan split switch invoices modern")
        {
            List(context),
            Set(context),
            Switch(context),
            Reset(context),
        };

    private static OperatorCommand List(CommandContext context) =>
        new OperatorCommand(context, "list", "Lists the splits and what each variant gets.", "portolan split list", gateway: true).Does(
            (client, _, cancellationToken) => client.GetAsync(Splits, cancellationToken),
            (screen, answer) => Print(screen, [.. answer.Items("splits")]));

    private static OperatorCommand Set(CommandContext context)
    {
        var name = Name();
        var weights = new Argument<string[]>("weights") { Description = "Variants and their weights, like canary=10; the others keep theirs", Arity = ArgumentArity.OneOrMore };
        weights.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => Weight(token.Value) is null) is { } wrong)
            {
                result.AddError($"A weight is written like canary=10, not '{wrong.Value}'.");
            }
        });
        var command = new OperatorCommand(context, "set", "Gives variants other weights.", "portolan split set orders orders=50 canary=50", gateway: true) { name, weights };
        return command.Does(
            (client, parsed, cancellationToken) =>
            {
                var wanted = parsed.GetRequiredValue(weights).Select(text => Weight(text)!.Value).DistinctBy(one => one.Variant);
                var json = string.Join(',', wanted.Select(one => $"{Quoted(one.Variant)}:{one.Weight.ToString(CultureInfo.InvariantCulture)}"));
                return client.PutAsync(PathOf(parsed.GetRequiredValue(name)), $"{{\"weights\":{{{json}}}}}", cancellationToken);
            },
            (screen, answer) => Print(screen, [answer]));
    }

    private static OperatorCommand Switch(CommandContext context)
    {
        var name = new Argument<string>("capability") { Description = "The capability that moves, as the list shows it" };
        var side = new Argument<string>("side") { Description = "legacy, modern, or the percent that the new service answers" };
        side.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && Position(text) is null)
            {
                result.AddError($"A capability is switched to legacy, modern or a percentage like 25, not '{text}'.");
            }
        });
        var command = new OperatorCommand(context, "switch", "Moves a capability to the new service, and back.", "portolan split switch invoices legacy", gateway: true) { name, side };
        return command.Does(
            (client, parsed, cancellationToken) =>
                client.PutAsync(PathOf(parsed.GetRequiredValue(name)), Position(parsed.GetRequiredValue(side))!, cancellationToken),
            (screen, answer) => Print(screen, [answer]));
    }

    private static OperatorCommand Reset(CommandContext context)
    {
        var name = Name();
        var command = new OperatorCommand(context, "reset", "Gives all variants the weights of the configuration again.", "portolan split reset orders", gateway: true) { name };
        return command.Does(
            (client, parsed, cancellationToken) => client.DeleteAsync(PathOf(parsed.GetRequiredValue(name)), cancellationToken),
            (screen, answer) => Print(screen, [answer]));
    }

    private static Argument<string> Name() => new("split") { Description = "The split's name, as the list shows it" };

    private static string PathOf(string name) => $"{Splits}/{Uri.EscapeDataString(name)}";

    private static (string Variant, int Weight)? Weight(string text) =>
        text.LastIndexOf('=') is var at and > 0 && int.TryParse(text[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var weight) ? (text[..at], weight) : null;

    private static string? Position(string text) => text switch
    {
        "legacy" or "modern" => $"{{\"mode\":\"{text}\"}}",
        _ when int.TryParse(text.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent <= 100 => $"{{\"percent\":{percent}}}",
        _ => null,
    };

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static void Print(Screen screen, IReadOnlyList<JsonElement> splits)
    {
        var table = new TextTable("SPLIT", "VARIANT", "SERVICE", "WEIGHT", "SHARE", "REQUESTS", "");
        foreach (var split in splits)
        {
            var changed = split.Field("changed") is { ValueKind: JsonValueKind.True };
            foreach (var variant in split.Items("variants"))
            {
                var share = variant.Field("share") is { ValueKind: JsonValueKind.Number } number ? $"{number.GetDouble() * 100:0.##} %" : "";
                table.Add(
                    changed ? Tone.Warning : Tone.Plain,
                    split.Text("name"), variant.Text("name"), variant.Text("service"), variant.Text("weight"), share, variant.Text("requests"), changed ? "changed by hand" : "");
            }
        }

        table.PrintOr(screen, "No route of this gateway is divided.");
    }
}
