namespace Portolan.Resilience.Bulkheads;

/// <summary>How large a pool is; the defaults are the catalogue's (R4).</summary>
public sealed record BulkheadOptions
{
    /// <summary>Calls that run at once, 0 to 1,000,000; with 0 none ever does. Default 10.</summary>
    public int Concurrency { get; init; } = 10;

    /// <summary>Calls that wait for a place, first come first served, 0 to 1,000,000. Default 100.</summary>
    public int QueueLength { get; init; } = 100;

    /// <summary>
    /// How long a call waits at most; not negative. Zero: not at all. <see cref="Timeout.InfiniteTimeSpan"/>: until it is
    /// cancelled. Default 100 ms.
    /// </summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() => new OptionErrors()
        .Range(nameof(Concurrency), Concurrency, 0, 1_000_000)
        .Range(nameof(QueueLength), QueueLength, 0, 1_000_000)
        .Require(Wait >= TimeSpan.Zero || Wait == Timeout.InfiniteTimeSpan, $"{nameof(Wait)} is {Wait}; give zero, more, or infinite.")
        .All;
}
