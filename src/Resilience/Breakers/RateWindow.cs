namespace Portolan.Resilience.Breakers;

/// <summary>Calls, and the bad ones among them, within the last stretch of time or of calls; written by many threads without a lock.</summary>
internal abstract class RateWindow
{
    /// <summary>All calls it was ever told of.</summary>
    public abstract long Total { get; }

    /// <summary>Counts a call. False once it is sealed: the call came too late to count.</summary>
    public abstract bool Record(long now, bool bad);

    /// <summary>What is within the window.</summary>
    public abstract (long Calls, long Bad) Read(long now);

    /// <summary>Takes nothing more from now on, so that <see cref="Total"/> is final.</summary>
    public abstract void Seal();

    /// <summary>The window the options ask for.</summary>
    public static RateWindow Create(CircuitBreakerOptions options, long origin, long length) => options.CountWindow > 0
        ? new CountWindow(options.CountWindow)
        : new TimeWindow(origin, length, options.Buckets);
}
