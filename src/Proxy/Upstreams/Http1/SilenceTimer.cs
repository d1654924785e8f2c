using System.IO.Pipelines;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>
/// Ends a connection on which nothing moves for too long. Progress is one write; the timer looks only when the time would be
/// over, and then waits for the rest.
/// </summary>
internal sealed class SilenceTimer : IDisposable
{
    private readonly Http1Connection connection;
    private readonly TimeProvider clock;
    private readonly ITimer timer;
    private TimeSpan longest = Timeout.InfiniteTimeSpan;
    private PipeWriter? answer;
    private long progress;

    public SilenceTimer(Http1Connection connection, TimeProvider clock)
    {
        (this.connection, this.clock) = (connection, clock);

        // It lives as long as the connection, and must not keep what flows with the request that first needs it.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        timer = clock.CreateTimer(static self => ((SilenceTimer)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>True when it has ended the connection.</summary>
    public bool Struck { get; private set; }

    /// <summary>Watches from now on.</summary>
    /// <param name="time">How long nothing may move.</param>
    /// <param name="to">Where the answer goes: a client that takes none of it keeps it from moving too.</param>
    public void Start(TimeSpan time, PipeWriter to)
    {
        (longest, answer) = (time, to);
        Progressed();
        timer.Change(time, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something moved.</summary>
    public void Progressed() => Volatile.Write(ref progress, clock.GetTimestamp());

    /// <summary>Watches no more.</summary>
    public void Stop()
    {
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref answer, null);
    }

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        var left = longest - clock.GetElapsedTime(Volatile.Read(ref progress));
        if (left > TimeSpan.Zero)
        {
            timer.Change(left, Timeout.InfiniteTimeSpan);
            return;
        }

        Struck = true;
        connection.Abort();
        Volatile.Read(ref answer)?.CancelPendingFlush();
    }
}
