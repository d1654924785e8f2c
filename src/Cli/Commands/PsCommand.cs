using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Processes;
using Portolan.Cli.Running;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan ps</c>.</summary>
internal static class PsCommand
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);

    public static Command Create(CommandContext context)
    {
        var folder = Operands.Folder();
        var json = Operands.Json();
        var command = new PlainCommand(
            "ps", "Lists the processes of a running system with their health and memory.", "portolan ps", "portolan ps samples/shop --json")
        {
            folder,
            json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var system = RunningSystem.Find(parsed.GetValue(folder), context.Index, "ps");
            var reports = await ReportAsync(system.State, cancellationToken);
            if (parsed.GetValue(json))
            {
                context.Screen.Out.WriteLine(JsonSerializer.Serialize(reports, RunningJson.Default.IReadOnlyListProcessReport));
            }
            else
            {
                Print(system.State, reports, context.Screen);
            }

            return 0;
        });
        return command;
    }

    private static async Task<IReadOnlyList<ProcessReport>> ReportAsync(SystemState state, CancellationToken cancellationToken)
    {
        using var health = new HealthProbe();
        return await Task.WhenAll(state.Instances.Select(async process => new ProcessReport(
            process.Name,
            process.Instance,
            process.Pid,
            process.Port,
            process.Pid is not null && await health.CheckAsync(process.Port, ProbeTimeout, cancellationToken) is null,
            ResidentBytes(process.Pid),
            process.Restarts)));
    }

    private static void Print(SystemState state, IReadOnlyList<ProcessReport> reports, Screen screen)
    {
        if (reports.Count == 0)
        {
            screen.Out.WriteLine($"{state.Name} is being built; nothing runs yet.");
            return;
        }

        var table = new TextTable("NAME", "PID", "ADDRESS", "HEALTHY", "MEMORY", "RESTARTS");
        foreach (var report in reports)
        {
            table.Add(
                report.Healthy ? Tone.Plain : Tone.Bad,
                report.Instance,
                report.Pid?.ToString() ?? "-",
                $"http://127.0.0.1:{report.Port}",
                report.Healthy ? "yes" : "no",
                $"{report.ResidentBytes / 1024.0 / 1024.0:0.0} MB",
                $"{report.Restarts}");
        }

        table.Print(screen);
    }

    private static long ResidentBytes(int? pid)
    {
        try
        {
            using var process = pid is null ? null : Process.GetProcessById(pid.Value);
            return process?.WorkingSet64 ?? 0;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return 0;
        }
    }
}
