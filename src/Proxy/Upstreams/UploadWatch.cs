namespace Portolan.Proxy.Upstreams;

/// <summary>
/// Cancelled when a service neither took more of a body nor answered for too long. The time in which the client sends nothing is
/// the client's, and there are limits for that.
/// </summary>
internal sealed class UploadWatch : CancellationTokenSource
{
    private readonly Lock gate = new();
    private readonly TimeSpan longest;
    private readonly CancellationTokenRegistration outer;
    private bool ended;

    public UploadWatch(TimeSpan longest, TimeProvider clock, CancellationToken cancellationToken)
        : base(longest, clock)
    {
        this.longest = longest;
        outer = cancellationToken.UnsafeRegister(static self => ((UploadWatch)self!).Cancel(), this);
    }

    /// <summary>It is the client's turn.</summary>
    public void Pause() => Set(Timeout.InfiniteTimeSpan);

    /// <summary>It is the service's turn.</summary>
    public void Resume() => Set(longest);

    /// <summary>There is an answer. What sends the rest of the body may still ask, so this is not disposed.</summary>
    public void End()
    {
        outer.Dispose();
        lock (gate)
        {
            Set(Timeout.InfiniteTimeSpan);
            ended = true;
        }
    }

    private void Set(TimeSpan time)
    {
        lock (gate)
        {
            if (!ended)
            {
                CancelAfter(time);
            }
        }
    }
}
