namespace Portolan.Resilience.RateLimiting.Leasing;

/// <summary>A limit that all replicas of a service keep together.</summary>
public sealed record SharedLimiterOptions
{
    /// <summary>What the source, events and headers call it: printable ASCII, 1 to 64 characters. Default: <c>default</c>.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Permits in a <see cref="Period"/>, for all replicas together. Default: 100.</summary>
    public int Permits { get; init; } = 100;

    /// <summary>Default: 1 s.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many permits a replica has in hand at most, and so the most one call may cost. Default: 10.</summary>
    public int Lease { get; init; } = 10;

    /// <summary>
    /// What a replica allows itself in each period while the source does not answer. 0: nothing, it fails closed.
    /// Default: 10.
    /// </summary>
    public int LocalShare { get; init; } = 10;

    /// <summary>How long the source may take. Default: 500 ms.</summary>
    public TimeSpan LeaseTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a source that failed is left alone. Default: 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Everything that is wrong with the options; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. new RateLimitOptions { Name = Name, Algorithm = LimitAlgorithm.FixedWindow, Permits = Permits, Period = Period }.Validate(),
        .. new OptionErrors()
            .Range(nameof(Lease), Lease, 1, Math.Max(1, Permits))
            .Range(nameof(LocalShare), LocalShare, 0, Math.Max(1, Permits))
            .Range(nameof(LeaseTimeout), LeaseTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1))
            .Range(nameof(RetryDelay), RetryDelay, TimeSpan.Zero, TimeSpan.FromHours(1))
            .All,
    ];
}
