namespace Portolan.Resilience.RateLimiting;

/// <summary>One limit, and whose it is: everybody's together, or that of a key of the resource.</summary>
/// <typeparam name="TResource">What calls are told apart by, such as <c>HttpContext</c> or <see cref="CallOptions"/>.</typeparam>
public sealed class LimitRule<TResource>
{
    private readonly Limiter? limiter;
    private readonly PartitionedLimiter? partitioned;
    private readonly Func<TResource, string?>? key;

    /// <summary>One limit for all together.</summary>
    public LimitRule(Limiter limiter)
    {
        this.limiter = limiter;
        Policy = limiter.Policy;
        Clock = limiter.Clock;
        Most = limiter.Most;
    }

    /// <summary>A limit for each key; who has none (null) shares one with all others who have none.</summary>
    public LimitRule(PartitionedLimiter limiter, Func<TResource, string?> key)
    {
        partitioned = limiter;
        this.key = key;
        Policy = limiter.Policy;
        Clock = limiter.Clock;
        Most = limiter.Most;
    }

    /// <summary>What it promises, for headers.</summary>
    public RateLimitPolicy Policy { get; }

    internal TimeProvider Clock { get; }

    internal int Most { get; }

    // Null where it has keys.
    internal Limiter? Whole => limiter;

    internal Task? Pending => limiter?.Pending;

    /// <inheritdoc />
    public override string ToString() => limiter?.ToString() ?? partitioned!.ToString();

    internal LimitResult TryAcquire(TResource resource, long now, int permits) =>
        limiter is not null ? limiter.TryAcquire(now, permits) : partitioned!.TryAcquire(key!(resource), now, permits);

    internal void Refund(TResource resource, long takenAt, int permits)
    {
        limiter?.Refund(takenAt, permits);
        partitioned?.Refund(key!(resource), takenAt, permits);
    }
}
