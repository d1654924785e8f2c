using System.CommandLine;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Operator;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan saga</c>.</summary>
internal static class SagaCommand
{
    private static readonly string[] Statuses = ["running", "completed", "compensating", "compensated", "needs-attention"];

    public static Command Create(CommandContext context) =>
        new PlainCommand("saga", "Shows sagas of all services: what they have done, and what is left to do.", "portolan saga list", "portolan saga show 0199c6a4-…")
        {
            List(context),
            ShowOne(context),
            Resume(context, "retry", "Tries the step of a saga that needs attention again."),
            Resume(context, "skip", "Takes the step of a saga that needs attention as done, and goes on behind it."),
        };

    private static OperatorCommand List(CommandContext context)
    {
        var status = new Option<string?>("--status") { Description = "Only sagas of this status" };
        status.AcceptOnlyFromAmong(Statuses);
        var limit = new Option<int>("--limit") { Description = "So many of the newest", DefaultValueFactory = _ => 100, HelpName = "count" };
        limit.Validators.Add(Ranges.Listed);
        var command = new OperatorCommand(context, "list", "Lists sagas, the newest first.", "portolan saga list --status needs-attention") { status, limit };
        return command.Does(
            (client, parsed, cancellationToken) => client.GetAsync(
                $"/v1/sagas?limit={parsed.GetValue(limit)}{(parsed.GetValue(status) is { } wanted ? $"&status={wanted}" : "")}", cancellationToken),
            PrintSagas);
    }

    private static OperatorCommand ShowOne(CommandContext context)
    {
        var id = new Argument<string>("id") { Description = "The saga's id" };
        var command = new OperatorCommand(context, "show", "Shows a saga with its steps and compensations.", "portolan saga show 0199c6a4-…") { id };
        return command.Does(
            (client, parsed, cancellationToken) => client.GetAsync($"/v1/sagas/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}", cancellationToken),
            PrintSaga);
    }

    private static OperatorCommand Resume(CommandContext context, string action, string description)
    {
        var id = new Argument<string>("id") { Description = "The saga's id" };
        var command = new OperatorCommand(context, action, description, $"portolan saga {action} 0199c6a4-…") { id };
        return command.Does(
            (client, parsed, cancellationToken) => client.PostAsync($"/v1/sagas/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/{action}", cancellationToken),
            (screen, answer) => screen.Out.WriteLine($"{answer.Text("sagaId")} is {answer.Text("status")}."));
    }

    private static void PrintSagas(Screen screen, JsonElement answer)
    {
        var table = new TextTable("SAGA", "NAME", "SERVICE", "STATUS", "STEP", "STARTED", "UPDATED");
        foreach (var saga in answer.Items("sagas"))
        {
            table.Add(
                ToneOf(saga.Text("status")),
                saga.Text("sagaId"),
                saga.Text("name"),
                saga.Text("service"),
                saga.Text("status"),
                saga.Text("currentStep"),
                saga.LocalTime("startedAt"),
                saga.LocalTime("updatedAt"));
        }

        table.PrintOr(screen, "There is no saga.");
    }

    private static void PrintSaga(Screen screen, JsonElement saga)
    {
        screen.Out.WriteLine($"{saga.Text("name")} {saga.Text("sagaId")} of {saga.Text("service")}: {screen.Paint(ToneOf(saga.Text("status")), saga.Text("status"))}");
        screen.Out.WriteLine($"started {saga.LocalTime("startedAt")}, updated {saga.LocalTime("updatedAt")}");
        if (saga.Field("error") is { } error)
        {
            screen.Out.WriteLine($"{error.Text("failedStep")} failed: {error.Text("reason")}");
        }

        screen.Out.WriteLine();
        var steps = new TextTable("STEP", "STATUS", "COMPLETED", "COMPENSATED BY", "ERROR");
        foreach (var step in saga.Items("steps"))
        {
            var reason = step.Field("error") is { } failed ? $"{failed.Text("code")} {failed.Text("message")}".Trim() : "";
            steps.Add(ToneOf(step.Text("status")), step.Text("name"), step.Text("status"), step.LocalTime("completedAt"), step.Text("compensation"), reason);
        }

        steps.Print(screen);
    }

    private static Tone ToneOf(string status) => status switch
    {
        "completed" => Tone.Good,
        "failed" or "needs-attention" => Tone.Bad,
        "compensating" or "compensated" => Tone.Warning,
        "pending" or "skipped" => Tone.Dim,
        _ => Tone.Plain,
    };
}
