using System.Threading.RateLimiting;

namespace Portolan.Resilience.RateLimiting;

/// <summary>
/// One limit or several on each call, by what the call is about; and the framework's
/// <see cref="PartitionedRateLimiter{TResource}"/> for everyone else. All must admit. Each is asked, in order; when one
/// refuses, what the others gave is given back, so that a refused call is charged nowhere (for a moment others may be
/// refused because of it, and a limit that has meanwhile become whole by itself takes nothing back).
/// </summary>
public sealed class RateLimits<TResource> : PartitionedRateLimiter<TResource>
{
    private const int MostRules = 32;

    private readonly LimitRule<TResource>[] rules;
    private readonly LeaseCounter granted = new();
    private readonly LeaseCounter refused = new();
    private readonly int most;
    private bool disposed;

    /// <summary>1 to 32 limits, on one clock.</summary>
    /// <exception cref="ArgumentException">None, too many, or limits on different clocks.</exception>
    public RateLimits(params IReadOnlyList<LimitRule<TResource>> rules)
    {
        this.rules = [.. rules];
        OptionErrors.ThrowIfAny("Rate limits", new OptionErrors()
            .Range("The number of limits", rules.Count, 1, MostRules)
            .Require(rules.DistinctBy(rule => rule.Clock).Count() < 2, "The limits have different clocks; give all of them the same.")
            .All);
        most = rules.Min(rule => rule.Most);
        Clock = rules[0].Clock;
    }

    /// <summary>Where its timestamps come from.</summary>
    public TimeProvider Clock { get; }

    // Only what already asked a source can be waiting for it.
    internal bool IsShared => Array.Exists(rules, rule => rule.Pending is not null);

    // The one limiter of all calls, where there are neither others nor keys.
    internal Limiter? Only => rules.Length == 1 ? rules[0].Whole : null;

    /// <summary>Takes permits of all limits, or of none. The tightest answers.</summary>
    /// <param name="resource">What the call is about.</param>
    /// <param name="now">Timestamp of the <see cref="Clock"/>.</param>
    /// <param name="permits">What the call costs; 0 asks whether there is one, and takes none.</param>
    /// <param name="policy">Of the limit whose answer this is: of those that refuse the one that does so for longest, else the one with the least left.</param>
    /// <exception cref="ArgumentOutOfRangeException">The permits are negative.</exception>
    public LimitResult TryAcquire(TResource resource, long now, int permits, out RateLimitPolicy policy)
    {
        policy = rules[0].Policy;
        var tightest = rules[0].TryAcquire(resource, now, permits);
        if (rules.Length == 1)
        {
            return tightest;
        }

        var admitted = tightest.Admitted ? 1u : 0;
        for (var index = 1; index < rules.Length; index++)
        {
            var result = rules[index].TryAcquire(resource, now, permits);
            admitted |= result.Admitted ? 1u << index : 0;
            if (IsTighter(result, tightest))
            {
                tightest = result;
                policy = rules[index].Policy;
            }
        }

        if (!tightest.Admitted && permits > 0)
        {
            Refund(resource, now, permits, admitted);
        }

        return tightest;
    }

    /// <summary>The same, but a shared limiter that is just asking for more is waited for.</summary>
    internal async ValueTask<(LimitResult Result, RateLimitPolicy Policy)> WaitForLeaseAsync(
        TResource resource, int permits, CancellationToken cancellationToken)
    {
        while (true)
        {
            var pending = Pending();
            var result = TryAcquire(resource, Clock.GetTimestamp(), permits, out var policy);
            if (result.Admitted || (pending ?? Pending()) is not { } answer)
            {
                return (result, policy);
            }

            await answer.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    /// <exception cref="ObjectDisposedException">The limits are disposed.</exception>
    public override RateLimiterStatistics GetStatistics(TResource resource)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return new RateLimiterStatistics
        {
            CurrentAvailablePermits = TryAcquire(resource, Clock.GetTimestamp(), 0, out _).Remaining,
            TotalSuccessfulLeases = granted.Total,
            TotalFailedLeases = refused.Total,
        };
    }

    /// <inheritdoc />
    public override string ToString() => string.Join(" and ", rules.Select(rule => rule.ToString()));

    /// <inheritdoc />
    protected override RateLimitLease AttemptAcquireCore(TResource resource, int permitCount)
    {
        ThrowIfOver(permitCount);
        return Lease(TryAcquire(resource, Clock.GetTimestamp(), permitCount, out _));
    }

    /// <inheritdoc />
    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(TResource resource, int permitCount, CancellationToken cancellationToken)
    {
        ThrowIfOver(permitCount);
        return Lease((await WaitForLeaseAsync(resource, permitCount, cancellationToken)).Result);
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        disposed = true;
        base.Dispose(disposing);
    }

    private static bool IsTighter(in LimitResult one, in LimitResult other) => (one.Admitted, other.Admitted) switch
    {
        (false, false) => one.RetryAfter > other.RetryAfter,
        (true, true) => one.Remaining < other.Remaining,
        _ => !one.Admitted,
    };

    private void Refund(TResource resource, long takenAt, int permits, uint admitted)
    {
        for (var index = 0; index < rules.Length; index++)
        {
            if ((admitted & (1u << index)) != 0)
            {
                rules[index].Refund(resource, takenAt, permits);
            }
        }
    }

    private Task? Pending()
    {
        foreach (var rule in rules)
        {
            if (rule.Pending is { IsCompleted: false } pending)
            {
                return pending;
            }
        }

        return null;
    }

    private void ThrowIfOver(int permits)
    {
        if (permits > most)
        {
            throw new ArgumentOutOfRangeException(nameof(permits), permits, $"These limits never admit more than {most} permits at once.");
        }

        ObjectDisposedException.ThrowIf(disposed, this);
    }

    private LimitLease Lease(LimitResult result)
    {
        (result.Admitted ? granted : refused).Increment();
        return LimitLease.Of(result);
    }
}
