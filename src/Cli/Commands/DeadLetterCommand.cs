using System.CommandLine;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Operator;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan dlq</c>.</summary>
internal static class DeadLetterCommand
{
    public static Command Create(CommandContext context) =>
        new PlainCommand("dlq", "Shows messages that could not be handled, and hands them to their handlers again.", "portolan dlq list", "portolan dlq redrive 0199c6a4-…")
        {
            List(context),
            ShowOne(context),
            Redrive(context),
        };

    private static OperatorCommand List(CommandContext context)
    {
        var limit = new Option<int>("--limit") { Description = "So many of the newest", DefaultValueFactory = _ => 100, HelpName = "count" };
        limit.Validators.Add(Ranges.Listed);
        var command = new OperatorCommand(context, "list", "Lists dead letters of all services, the newest first.", "portolan dlq list --json") { limit };
        return command.Does((client, parsed, cancellationToken) => client.GetAsync($"/v1/dead-letters?limit={parsed.GetValue(limit)}", cancellationToken), PrintLetters);
    }

    private static OperatorCommand ShowOne(CommandContext context)
    {
        var id = Id();
        var command = new OperatorCommand(context, "show", "Shows a dead letter with its exception, headers and body.", "portolan dlq show 0199c6a4-…") { id };
        return command.Does((client, parsed, cancellationToken) => client.GetAsync(PathOf(parsed.GetRequiredValue(id)), cancellationToken), PrintLetter);
    }

    private static OperatorCommand Redrive(CommandContext context)
    {
        var id = Id();
        var command = new OperatorCommand(context, "redrive", "Hands a dead letter to its handler again.", "portolan dlq redrive 0199c6a4-…") { id };
        return command.Does(
            (client, parsed, cancellationToken) => client.PostAsync(PathOf(parsed.GetRequiredValue(id)) + "/redrive", cancellationToken),
            (screen, answer) => screen.Out.WriteLine($"{answer.Text("id")} is {answer.Text("status")}."));
    }

    private static Argument<string> Id() => new("id") { Description = "The dead letter's id" };

    private static string PathOf(string id) => $"/v1/dead-letters/{Uri.EscapeDataString(id)}";

    private static void PrintLetters(Screen screen, JsonElement answer)
    {
        var table = new TextTable("ID", "SERVICE", "MESSAGE", "HANDLER", "ATTEMPTS", "DEAD SINCE", "ERROR");
        foreach (var letter in answer.Items("deadLetters"))
        {
            table.Add(
                letter.Text("id"),
                letter.Text("service"),
                letter.Text("type"),
                letter.Text("handler"),
                letter.Text("attempts"),
                letter.LocalTime("deadAt"),
                FirstLine(letter.Field("error")?.Text("message") ?? ""));
        }

        table.PrintOr(screen, "There is no dead letter.");
    }

    private static void PrintLetter(Screen screen, JsonElement letter)
    {
        var output = screen.Out;
        output.WriteLine($"{letter.Text("type")} {letter.Text("messageId")}, dead since {letter.LocalTime("deadAt")} after {letter.Text("attempts")} attempts");
        output.WriteLine($"  service  {letter.Text("service")}");
        output.WriteLine($"  handler  {letter.Text("handler")}");
        output.WriteLine($"  key      {letter.Text("key")}");
        output.WriteLine($"  trace    {letter.Text("traceId")}");
        if (letter.Field("error") is { } error)
        {
            output.WriteLine(screen.Paint(Tone.Bad, $"  error    {error.Text("type")}: {FirstLine(error.Text("message"))}"));
        }

        Section(screen, "Headers", letter.Field("headers") is { ValueKind: JsonValueKind.Object } headers
            ? string.Join('\n', headers.EnumerateObject().Select(header => $"{header.Name}: {header.Value}"))
            : "");
        Section(screen, "Body", letter.Text("body"));
        Section(screen, "Exception", letter.Text("exception"));
    }

    private static void Section(Screen screen, string title, string text)
    {
        if (text.Length > 0)
        {
            screen.Out.WriteLine();
            screen.Out.WriteLine(screen.Paint(Tone.Bold, title));
            screen.Out.WriteLine("  " + text.Replace("\n", "\n  "));
        }
    }

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd('\r');
}
