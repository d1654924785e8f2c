namespace Portolan.Resilience.RateLimiting;

/// <summary>
/// How a limiter counts. The bounds hold for any stretch of time, wherever it begins; N are the permits of a period, B is
/// the burst.
/// </summary>
public enum LimitAlgorithm
{
    /// <summary>Tokens come evenly, N a period, and B can be saved up. At most B + N × t/period in any time t.</summary>
    TokenBucket,

    /// <summary>
    /// The leaky bucket as a meter: every call fills it, it leaks N a period, and what would run over the brim B is refused
    /// at once. Nothing waits in it; for that there is the throttle. At most B + N × t/period in any time t.
    /// </summary>
    LeakyBucket,

    /// <summary>
    /// The generic cell rate algorithm: calls come period/N apart, and up to B - 1 of them may come early. At most
    /// B + N × t/period in any time t.
    /// </summary>
    Gcra,

    /// <summary>N in each period, the next beginning where one ends. Up to 2N around the edge between two.</summary>
    FixedWindow,

    /// <summary>The moment of every permit is kept. At most N in any period, exactly; eight bytes a permit.</summary>
    SlidingLog,

    /// <summary>
    /// Two counts: what the last period had counts for the share of it that still lies within reach, as if it had come
    /// evenly. At most N × (1 + t/period) in any time t, and never over N in a period of the grid.
    /// </summary>
    SlidingCounter,
}
