using System.IO.Pipelines;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>
/// Ends a connection on which nothing moves for too long. Progress is one write; the timer looks only when the time would be
/// over, and then waits for the rest. It may look just as a watch ends: each watch has its own number, and only the one that is
/// still on can strike, because afterwards the connection may be somebody else's.
/// </summary>
internal sealed class SilenceTimer : IDisposable
{
    private const int Over = -1;

    private readonly Http1Connection connection;
    private readonly TimeProvider clock;
    private readonly ITimer timer;
    private TimeSpan longest = Timeout.InfiniteTimeSpan;
    private PipeWriter? answer;
    private long progress;

    // Even: not watching. Odd: the number of the watch. Over: it has struck, and for good.
    private int watch;

    public SilenceTimer(Http1Connection connection, TimeProvider clock)
    {
        (this.connection, this.clock) = (connection, clock);

        // It lives as long as the connection, and must not keep what flows with the request that first needs it.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        timer = clock.CreateTimer(static self => ((SilenceTimer)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>True when it has ended the connection, or is about to.</summary>
    public bool Struck => Volatile.Read(ref watch) == Over;

    /// <summary>Watches from now on.</summary>
    /// <param name="time">How long nothing may move.</param>
    /// <param name="to">Where the answer goes: a client that takes none of it keeps it from moving too.</param>
    public void Start(TimeSpan time, PipeWriter to)
    {
        (longest, answer) = (time, to);
        Progressed();
        Volatile.Write(ref watch, (watch + 1) & int.MaxValue);
        timer.Change(time, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something moved.</summary>
    public void Progressed() => Volatile.Write(ref progress, clock.GetTimestamp());

    /// <summary>Watches no more.</summary>
    public void Stop()
    {
        var on = Volatile.Read(ref watch);
        if (on != Over)
        {
            Interlocked.CompareExchange(ref watch, (on + 1) & int.MaxValue, on);
        }

        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref answer, null);
    }

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        // Before the time is looked at: what is measured then is of this watch or of a later one.
        var on = Volatile.Read(ref watch);
        if (on == Over || (on & 1) == 0)
        {
            return;
        }

        var left = longest - clock.GetElapsedTime(Volatile.Read(ref progress));
        if (left > TimeSpan.Zero)
        {
            // Where the watch has ended meanwhile it looks once more, for nothing.
            timer.Change(left, Timeout.InfiniteTimeSpan);
        }
        else if (Interlocked.CompareExchange(ref watch, Over, on) == on)
        {
            connection.Abort();
            Interlocked.Exchange(ref answer, null)?.CancelPendingFlush();
        }
    }
}
