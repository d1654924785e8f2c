using System.Threading.RateLimiting;

namespace Portolan.Resilience.RateLimiting;

/// <summary>
/// Admits so many permits in a time. Calls of a pipeline and of a server use <see cref="TryAcquire"/>, which allocates
/// nothing; everyone else has it as the framework's <see cref="RateLimiter"/>. It queues nobody: who shall wait goes
/// through a throttle.
/// </summary>
public abstract class Limiter : RateLimiter
{
    private readonly LeaseCounter granted = new();
    private readonly LeaseCounter refused = new();
    private bool disposed;

    private protected Limiter(RateLimitPolicy policy, int most, TimeProvider clock)
    {
        Policy = policy;
        Most = most;
        Clock = clock;
    }

    /// <summary>What it promises, for headers.</summary>
    public RateLimitPolicy Policy { get; }

    /// <summary>Where its timestamps come from.</summary>
    public TimeProvider Clock { get; }

    /// <summary>For how long everything has been there; null while something is used.</summary>
    public sealed override TimeSpan? IdleDuration
    {
        get
        {
            var now = Clock.GetTimestamp();
            var whole = WholeAt(now);
            return whole <= now ? Clock.GetElapsedTime(whole, now) : null;
        }
    }

    // More than this at once is never admitted.
    internal int Most { get; }

    // The last request of a shared limiter for more permits, under way or answered; null where there was none.
    internal virtual Task? Pending => null;

    /// <summary>A limiter of this process.</summary>
    /// <exception cref="ArgumentException">The options are wrong; the message says everything that is.</exception>
    public static Limiter Create(RateLimitOptions options, TimeProvider? clock = null) => LocalLimiter.Create(options.Checked(), clock ?? TimeProvider.System);

    /// <summary>Takes permits, or none of them when not all are there. It does not throw for more than the limit: that is refused.</summary>
    /// <param name="now">Timestamp of the <see cref="Clock"/>.</param>
    /// <param name="permits">What the call costs; 0 asks whether there is one, and takes none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The permits are negative.</exception>
    public abstract LimitResult TryAcquire(long now, int permits = 1);

    /// <summary>What is there now, and how many leases were given and refused; <see cref="TryAcquire"/> gives none and is not counted.</summary>
    /// <exception cref="ObjectDisposedException">The limiter is disposed.</exception>
    public sealed override RateLimiterStatistics GetStatistics()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return new RateLimiterStatistics
        {
            CurrentAvailablePermits = TryAcquire(Clock.GetTimestamp(), 0).Remaining,
            TotalSuccessfulLeases = granted.Total,
            TotalFailedLeases = refused.Total,
        };
    }

    /// <inheritdoc />
    public override string ToString() => Policy.ToString();

    internal abstract void Refund(long takenAt, int permits);

    private protected abstract long WholeAt(long now);

    /// <inheritdoc />
    protected sealed override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        ThrowIfOver(permitCount);
        return Lease(TryAcquire(Clock.GetTimestamp(), permitCount));
    }

    /// <summary>Answers at once, but for a shared limiter that is just asking for more.</summary>
    protected sealed override async ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        ThrowIfOver(permitCount);
        var asked = Pending;
        var result = TryAcquire(Clock.GetTimestamp(), permitCount);
        while (!result.Admitted && Pending is { } pending && (pending != asked || !pending.IsCompleted))
        {
            await pending.WaitAsync(cancellationToken);
            asked = pending;
            result = TryAcquire(Clock.GetTimestamp(), permitCount);
        }

        return Lease(result);
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        disposed = true;
        base.Dispose(disposing);
    }

    private void ThrowIfOver(int permits)
    {
        if (permits > Most)
        {
            throw new ArgumentOutOfRangeException(nameof(permits), permits, $"'{Policy.Name}' never admits more than {Most} permits at once.");
        }

        ObjectDisposedException.ThrowIf(disposed, this);
    }

    private LimitLease Lease(LimitResult result)
    {
        (result.Admitted ? granted : refused).Increment();
        return LimitLease.Of(result);
    }
}
