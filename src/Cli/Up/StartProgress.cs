using Portolan.Cli.Terminal;
using Spectre.Console;

namespace Portolan.Cli.Up;

/// <summary>Shows how the processes become ready: a live table on a terminal, a line each elsewhere.</summary>
internal sealed class StartProgress(Screen screen, TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    public async Task WhileAsync(Supervisor supervisor, Task starting)
    {
        var begun = time.GetTimestamp();
        if (screen.Interactive)
        {
            await LiveAsync(supervisor, starting, begun);
        }
        else
        {
            await PlainAsync(supervisor, starting, begun);
        }

        await starting;
        screen.Out.WriteLine($"Started {supervisor.Processes.Count} processes in {time.GetElapsedTime(begun).TotalSeconds:0.0} s");
    }

    private async Task LiveAsync(Supervisor supervisor, Task starting, long begun)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = screen.Coloured ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(screen.Out),
        });
        await console.Live(Table(supervisor, begun)).AutoClear(true).StartAsync(async live =>
        {
            while (!starting.IsCompleted)
            {
                live.UpdateTarget(Table(supervisor, begun));
                await Task.WhenAny(starting, Task.Delay(Step, time));
            }
        });
    }

    private async Task PlainAsync(Supervisor supervisor, Task starting, long begun)
    {
        var told = new HashSet<SupervisedProcess>();
        while (true)
        {
            var over = starting.IsCompleted;
            foreach (var process in supervisor.Processes.Where(process => process.Phase == ProcessPhase.Ready && told.Add(process)))
            {
                screen.Out.WriteLine($"{process.Plan.Instance} is ready after {time.GetElapsedTime(begun).TotalSeconds:0.0} s");
            }

            if (over)
            {
                return;
            }

            await Task.WhenAny(starting, Task.Delay(Step, time));
        }
    }

    private Table Table(Supervisor supervisor, long begun)
    {
        var table = new Table().NoBorder().HideHeaders().AddColumns("", "", "");
        foreach (var process in supervisor.Processes)
        {
            var (word, colour) = process.Phase switch
            {
                ProcessPhase.Ready => ("ready", "green"),
                ProcessPhase.Starting => ("starting", "yellow"),
                _ => ("stopped", "red"),
            };
            table.AddRow(new Markup(Markup.Escape(process.Plan.Instance)), new Markup($"[{colour}]{word}[/]"), new Markup($"[grey]127.0.0.1:{process.Port}[/]"));
        }

        table.Caption = new TableTitle($"{time.GetElapsedTime(begun).TotalSeconds:0.0} s");
        return table;
    }
}
