namespace Portolan.Cli.Load;

/// <summary>What was seen, and for how long.</summary>
internal sealed record LoadResult(LoadPlan Plan, LoadCounts Counts, TimeSpan Lasted);

/// <summary>A run from the first connection to the last answer.</summary>
internal sealed class LoadRun(LoadPlan plan, TimeProvider time)
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs as planned, or until it is cancelled: that is no error, for what was seen until then counts.</summary>
    public async Task<LoadResult> RunAsync(CancellationToken cancellationToken)
    {
        var target = await LoadTarget.FindAsync(plan.Request.Target, plan.Insecure, cancellationToken);
        var desk = new LoadDesk(plan, time);
        var connections = Enumerable.Range(0, plan.Connections).Select(_ => new LoadConnection(plan, target, desk, cancellationToken)).ToArray();
        await OpenAsync(connections, cancellationToken);
        desk.Clock.Start();
        var pacer = new Pacer(desk);
        var running = Task.WhenAll(connections.Select(connection => connection.RunAsync()));
        pacer.Start();
        await WatchAsync(connections, desk, running, cancellationToken);
        pacer.Finish();
        foreach (var due in desk.Schedule.Missed())
        {
            desk.Counts.Miss(due, desk.Schedule.End);
        }

        return new LoadResult(plan, desk.Counts, TimeSpan.FromTicks(Math.Max(0, desk.Schedule.End - plan.WarmUp.Ticks)));
    }

    private async Task OpenAsync(LoadConnection[] connections, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(plan.Timeout);
        await Task.WhenAll(connections.Select(connection => connection.OpenAsync(patience.Token)));
    }

    private async Task WatchAsync(LoadConnection[] connections, LoadDesk desk, Task running, CancellationToken cancellationToken)
    {
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(Round, time, CancellationToken.None));
            if (cancellationToken.IsCancellationRequested)
            {
                desk.Schedule.Stop(desk.Clock.Now);
                Array.ForEach(connections, connection => connection.Abandon());
            }

            var now = desk.Clock.Now;
            Array.ForEach(connections, connection => connection.Sweep(now));
        }

        await running;

        // The last connection may have ended on the pacer's own thread, which has to go home.
        await Task.Yield();
        Array.ForEach(connections, connection => connection.Dispose());
    }
}
