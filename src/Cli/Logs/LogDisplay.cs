using System.Threading.Channels;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Logs;

/// <summary>
/// Shows lines of all instances. What nobody reads fast enough, because the terminal is paused or the output is a slow
/// pipe, is dropped here and counted: it is in the log files, and no service waits for a terminal.
/// </summary>
internal sealed class LogDisplay : IAsyncDisposable
{
    private const int Capacity = 10_000;
    private static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(1);

    private readonly Screen screen;
    private readonly TimeProvider time;
    private readonly Channel<(string? Instance, string Text)> lines;
    private readonly Dictionary<string, int> places = [];
    private readonly Task printing;
    private int width;
    private int dropped;
    private volatile bool following;

    public LogDisplay(Screen screen, TimeProvider time)
    {
        this.screen = screen;
        this.time = time;
        lines = Channel.CreateBounded<(string?, string)>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref dropped));
        printing = Task.Run(PrintAsync);
    }

    /// <summary>From now on the instances' lines are shown.</summary>
    public void Follow(IReadOnlyList<string> instances)
    {
        for (var place = 0; place < instances.Count; place++)
        {
            places[instances[place]] = place;
        }

        width = instances.Count == 0 ? 0 : instances.Max(instance => instance.Length);
        following = true;
    }

    /// <summary>A line that an instance printed.</summary>
    public void Line(string instance, string text)
    {
        if (following)
        {
            lines.Writer.TryWrite((instance, text));
        }
    }

    /// <summary>A line of our own.</summary>
    public void Say(string text) => lines.Writer.TryWrite((null, text));

    public async ValueTask DisposeAsync()
    {
        lines.Writer.TryComplete();
        await Task.WhenAny(printing, Task.Delay(FlushPatience, time));
    }

    private async Task PrintAsync()
    {
        await foreach (var (instance, text) in lines.Reader.ReadAllAsync())
        {
            if (Interlocked.Exchange(ref dropped, 0) is > 0 and var count)
            {
                await screen.Out.WriteLineAsync(screen.Paint(Tone.Warning, $"… {count} lines were not shown; they are in the log files."));
            }

            await screen.Out.WriteLineAsync(instance is null ? screen.Paint(Tone.Bold, text) : LogFormat.Line(screen, instance, width, places.GetValueOrDefault(instance), LogLine.Parse(text)));
        }
    }
}
