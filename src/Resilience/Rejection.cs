namespace Portolan.Resilience;

/// <summary>Why a strategy ended a call itself.</summary>
public enum RejectionKind : byte
{
    /// <summary>A circuit breaker is open, or half-open with all probes taken.</summary>
    CircuitOpen,

    /// <summary>A rate limit is used up.</summary>
    RateLimited,

    /// <summary>A bulkhead and its queue are full, or the wait in the queue was too long.</summary>
    BulkheadFull,

    /// <summary>Too much is in flight for the measured latency, and others are more important.</summary>
    LoadShed,

    /// <summary>An attempt, or the whole call, took too long.</summary>
    TimedOut,

    /// <summary>The caller's deadline leaves no time for the call.</summary>
    DeadlineSpent,

    /// <summary>A fault was injected on purpose.</summary>
    FaultInjected,
}

/// <summary>A call that a strategy ended: a value, made into a <see cref="RejectedException"/> only for who wants an exception.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Strategy">Name of the strategy, such as the breaker's.</param>
/// <param name="Reason">One sentence.</param>
public sealed record Rejection(RejectionKind Kind, string Strategy, string Reason)
{
    /// <summary>When another try may succeed; null when that is not known. Read it at once: an open circuit's counts down.</summary>
    public TimeSpan? RetryAfter => Clock is null ? Wait : Remaining(Clock);

    /// <summary>What the outcome says: a time-out is a failure of the one that was called, everything else says nothing of it.</summary>
    public Verdict Verdict => Kind is RejectionKind.TimedOut or RejectionKind.FaultInjected ? Verdict.Failure : Verdict.Neutral;

    /// <summary>A fixed wait; for a rejection that is made for one call.</summary>
    public TimeSpan? Wait { get; init; }

    // One object serves a whole opening of a breaker, so it holds the moment and not the wait.
    internal TimeProvider? Clock { get; init; }

    internal long Until { get; init; }

    private TimeSpan Remaining(TimeProvider clock)
    {
        var remaining = clock.GetElapsedTime(clock.GetTimestamp(), Until);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }
}

/// <summary>A strategy ended the call; for callers of <c>ExecuteAsync</c>. <c>TryExecuteAsync</c> gives the same as a value.</summary>
public sealed class RejectedException(Rejection rejection) : Exception(rejection.Reason)
{
    /// <summary>Which strategy, why, and when to try again.</summary>
    public Rejection Rejection { get; } = rejection;
}
