namespace Portolan.Resilience.Fallback;

/// <summary>Says in an answer's <c>meta</c> that it stands in for the real one.</summary>
/// <param name="Fallback">Its kind in one word: <c>cached</c>.</param>
/// <param name="Reason">Why in one word, such as <c>circuit-open</c>, <c>timed-out</c>, <c>failed</c>; never an exception's text.</param>
/// <param name="CachedAt">When the answer was good, where it is an old one.</param>
public sealed record FallbackMeta(string Fallback, string Reason, DateTimeOffset? CachedAt = null)
{
    /// <summary>What to say of the fallback for this outcome.</summary>
    public static FallbackMeta Of<T>(FallbackKind kind, Outcome<T> outcome, DateTimeOffset? cachedAt = null) => new(Word(kind), Because(outcome), cachedAt);

    internal static string Word(FallbackKind kind) => kind switch
    {
        FallbackKind.Cached => "cached",
        FallbackKind.Degraded => "degraded",
        FallbackKind.Alternative => "alternative",
        FallbackKind.Queued => "queued",
        _ => "default",
    };

    internal static string Because<T>(Outcome<T> outcome) => outcome.Rejection?.Kind switch
    {
        RejectionKind.CircuitOpen => "circuit-open",
        RejectionKind.RateLimited => "rate-limited",
        RejectionKind.BulkheadFull => "bulkhead-full",
        RejectionKind.LoadShed => "load-shed",
        RejectionKind.TimedOut => "timed-out",
        RejectionKind.DeadlineSpent => "deadline-spent",
        RejectionKind.FaultInjected => "fault-injected",
        _ => outcome.Verdict switch { Verdict.Throttled => "throttled", Verdict.Unreached => "unreachable", _ => "failed" },
    };
}
