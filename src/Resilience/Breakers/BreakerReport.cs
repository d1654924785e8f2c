namespace Portolan.Resilience.Breakers;

/// <summary>What a breaker does with calls.</summary>
public enum BreakerState : byte
{
    /// <summary>Lets all pass and counts.</summary>
    Closed,

    /// <summary>Lets a few pass to see how they fare.</summary>
    HalfOpen,

    /// <summary>Refuses for a time.</summary>
    Open,

    /// <summary>An operator lets all pass, whatever happens, until the operator resets it.</summary>
    ForcedClosed,

    /// <summary>An operator made it refuse for a time; half-open after it.</summary>
    ForcedOpen,

    /// <summary>An operator made it refuse; only an operator ends it.</summary>
    Isolated,
}

/// <summary>One change of a breaker's state.</summary>
public sealed record BreakerTransition(DateTimeOffset At, BreakerState From, BreakerState To, string Reason);

/// <summary>How a breaker stands.</summary>
/// <param name="Name">Of the breaker.</param>
/// <param name="State">An open one whose time is over is half-open: the next call is a probe.</param>
/// <param name="Reason">Why: one sentence without a full stop.</param>
/// <param name="Since">When it changed last.</param>
/// <param name="RetryAfter">What is left of an opening; null when it does not refuse, or nobody knows for how long.</param>
/// <param name="Calls">Calls in the window; while it is open, those when it opened.</param>
/// <param name="FailureRate">Share of these that failed, 0 to 1.</param>
/// <param name="Allowed">All calls it let pass that have come back.</param>
/// <param name="Blocked">All calls it refused, or its parent did.</param>
/// <param name="Failures">All results that counted as failures.</param>
/// <param name="Transitions">The last twenty, the newest first.</param>
public sealed record BreakerReport(
    string Name,
    BreakerState State,
    string Reason,
    DateTimeOffset Since,
    TimeSpan? RetryAfter,
    long Calls,
    double FailureRate,
    long Allowed,
    long Blocked,
    long Failures,
    IReadOnlyList<BreakerTransition> Transitions)
{
    /// <summary>True when an operator decided its state.</summary>
    public bool Forced => State >= BreakerState.ForcedClosed;
}

/// <summary>States as JSON, metrics and events name them.</summary>
internal static class BreakerWords
{
    public static string Of(BreakerState state) => state switch
    {
        BreakerState.Closed => "closed",
        BreakerState.HalfOpen => "half-open",
        BreakerState.Open => "open",
        BreakerState.ForcedClosed => "forced-closed",
        BreakerState.ForcedOpen => "forced-open",
        _ => "isolated",
    };
}
