using Portolan.Cli.Logs;
using Portolan.Cli.Running;

namespace Portolan.Cli.Up;

/// <summary>The processes of a system as one: started together, stopped in order, written down at each change.</summary>
internal sealed class Supervisor : IDisposable
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(9.5);
    private static readonly TimeSpan GatewayTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ServerTime = TimeSpan.FromSeconds(1.5);

    private readonly TimeProvider time;
    private readonly Action<IReadOnlyList<ProcessState>> write;
    private readonly Lock writing = new();

    public Supervisor(IEnumerable<ProcessPlan> plans, Supervision surroundings, Action<IReadOnlyList<ProcessState>> write)
    {
        time = surroundings.Time;
        this.write = write;
        Processes = [.. plans.Select(plan => new SupervisedProcess(plan, surroundings with { OnChange = WriteDown }))];
    }

    public IReadOnlyList<SupervisedProcess> Processes { get; }

    /// <summary>Starts everything and waits until all are ready. Throws <see cref="CliException"/> for the first that is not.</summary>
    public async Task StartAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var late = Task.Delay(timeout, time, cancellationToken);
        await StartProcessesAsync(cancellationToken);
        var waiting = Processes.ToDictionary(process => (Task)process.Started);
        while (waiting.Count > 0)
        {
            var first = await Task.WhenAny(waiting.Keys.Append(late));
            if (first == late)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var slow = waiting.Values.First();
                throw NotStarted(slow, $"it was not healthy after {timeout.TotalSeconds:0} s: {slow.LastAnswer}");
            }

            waiting.Remove(first, out var process);
            if (await process!.Started is { } reason)
            {
                throw NotStarted(process, reason);
            }
        }
    }

    /// <summary>Gateway, then services at once, then server, all within ten seconds.</summary>
    public async Task StopAsync()
    {
        var begun = time.GetTimestamp();
        foreach (var process in Processes)
        {
            process.ExpectEnd();
        }

        await StopAsync(StopStage.Gateway, GatewayTime);
        await StopAsync(StopStage.Service, StopTime - time.GetElapsedTime(begun) - ServerTime);
        await StopAsync(StopStage.Server, StopTime - time.GetElapsedTime(begun));
    }

    public void KillAll()
    {
        foreach (var process in Processes)
        {
            process.Kill();
        }
    }

    public void Dispose()
    {
        foreach (var process in Processes)
        {
            process.Dispose();
        }
    }

    // A service that finds no server tries again later, and no request reaches it until then: the server gets a head start.
    private async Task StartProcessesAsync(CancellationToken cancellationToken)
    {
        foreach (var server in Processes.Where(process => process.Plan.Stage == StopStage.Server))
        {
            server.Start();
            await Task.WhenAny(server.Started, Task.Delay(HeadStart, time, cancellationToken));
        }

        cancellationToken.ThrowIfCancellationRequested();
        foreach (var process in Processes.Where(process => process.Plan.Stage != StopStage.Server))
        {
            process.Start();
        }
    }

    private Task StopAsync(StopStage stage, TimeSpan patience) =>
        Task.WhenAll(Processes.Where(process => process.Plan.Stage == stage).Select(process => process.StopAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero)));

    private static CliException NotStarted(SupervisedProcess process, string reason)
    {
        var lines = process.Tail().Select(line => "  " + LogLine.Parse(line).Render(TimeZoneInfo.Local).Replace("\n", "\n  ")).ToList();
        var printed = lines.Count == 0 ? "It printed nothing." : "Its last lines:\n" + string.Join('\n', lines);
        return new CliException($"{process.Plan.Instance} did not start: {reason}. {printed}");
    }

    private void WriteDown()
    {
        lock (writing)
        {
            write([.. Processes?.Select(process => process.State) ?? []]);
        }
    }
}
