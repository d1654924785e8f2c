namespace Portolan.Resilience;

/// <summary>The kinds of strategies, from the outside in: a pipeline in this order keeps every rule.</summary>
public enum StrategyKind
{
    /// <summary>Stands anywhere.</summary>
    Custom,

    /// <summary>Another answer in place of a failure.</summary>
    Fallback,

    /// <summary>Refuses calls of low priority when there is too much to do.</summary>
    LoadShedding,

    /// <summary>Refuses calls over a rate.</summary>
    RateLimit,

    /// <summary>Delays calls over a rate.</summary>
    Throttle,

    /// <summary>Bounds how many calls run at once.</summary>
    Bulkhead,

    /// <summary>Bounds the whole call, repetitions included.</summary>
    TotalTimeout,

    /// <summary>Repeats what failed.</summary>
    Retry,

    /// <summary>Starts a second attempt before the first has failed.</summary>
    Hedging,

    /// <summary>Chooses where the attempt goes.</summary>
    Endpoint,

    /// <summary>Bounds how many attempts run at once by the latency they show.</summary>
    AdaptiveConcurrency,

    /// <summary>Stops calling what fails.</summary>
    CircuitBreaker,

    /// <summary>Bounds one attempt.</summary>
    AttemptTimeout,

    /// <summary>Injects faults.</summary>
    FaultInjection,

    /// <summary>The callback itself.</summary>
    Call,
}
