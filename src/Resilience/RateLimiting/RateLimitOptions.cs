namespace Portolan.Resilience.RateLimiting;

/// <summary>How much is admitted, and how it is counted.</summary>
public sealed record RateLimitOptions
{
    /// <summary>Most permits of a <see cref="LimitAlgorithm.SlidingLog"/>, which keeps eight bytes for each.</summary>
    public const int MaximumLogPermits = 65_536;

    /// <summary>Most permits of a <see cref="LimitAlgorithm.SlidingCounter"/>, whose two counts share a word with the time.</summary>
    public const int MaximumCounterPermits = (1 << 20) - 1;

    // Beyond this the clock is too coarse to tell one permit from the next.
    private const double MaximumRate = 1e10;

    /// <summary>What events and headers call the limit: printable ASCII, 1 to 64 characters. Default: <c>default</c>.</summary>
    public string Name { get; init; } = "default";

    /// <summary>How it is counted. Default: a token bucket.</summary>
    public LimitAlgorithm Algorithm { get; init; } = LimitAlgorithm.TokenBucket;

    /// <summary>Permits in a <see cref="Period"/>. Default: 10. None at all is refused: a limit that refuses everything is a mistake.</summary>
    public int Permits { get; init; } = 10;

    /// <summary>Default: 1 s.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// What can be had at once; for the two buckets and GCRA only. Default: ten periods' worth for the token bucket (100),
    /// one period's worth for the leaky bucket, 1 for GCRA.
    /// </summary>
    public int? Burst { get; init; }

    /// <summary>How many keys a <see cref="PartitionedLimiter"/> remembers at most. Default: 100,000.</summary>
    public int MaximumKeys { get; init; } = 100_000;

    internal int EffectiveBurst => Algorithm switch
    {
        LimitAlgorithm.TokenBucket => Burst ?? (int)Math.Min(10L * Permits, int.MaxValue),
        LimitAlgorithm.Gcra => Burst ?? 1,
        LimitAlgorithm.LeakyBucket => Burst ?? Permits,
        _ => Permits,
    };

    private bool HasBurst => Algorithm is LimitAlgorithm.TokenBucket or LimitAlgorithm.LeakyBucket or LimitAlgorithm.Gcra;

    private int MaximumPermits => Algorithm switch
    {
        LimitAlgorithm.SlidingLog => MaximumLogPermits,
        LimitAlgorithm.SlidingCounter => MaximumCounterPermits,
        _ => int.MaxValue,
    };

    /// <summary>Everything that is wrong with the options; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() => new OptionErrors()
        .Require(Enum.IsDefined(Algorithm), $"Algorithm is {Algorithm}; give one of {string.Join(", ", Enum.GetNames<LimitAlgorithm>())}.")
        .Require(
            Name is { Length: > 0 and <= 64 } && Name.All(letter => letter is >= ' ' and <= '~'),
            $"Name is '{Name}'; give 1 to 64 printable ASCII characters: headers carry it.")
        .Range($"Permits of a {Algorithm}", Permits, 1, MaximumPermits)
        .Require(Period > TimeSpan.Zero, $"Period is {Period}; give more than 0.")
        .Require(Permits / Period.TotalSeconds <= MaximumRate || Period <= TimeSpan.Zero, $"{Permits} permits in {Period} are no limit; give at most {MaximumRate:N0} a second.")
        .Require(Burst is null || HasBurst, $"Burst is {Burst}, but a {Algorithm} has none; leave it out.")
        .Range(nameof(Burst), Burst ?? 1, 1, int.MaxValue)
        .Range(nameof(MaximumKeys), MaximumKeys, 1, 10_000_000)
        .All;

    internal RateLimitOptions Checked()
    {
        OptionErrors.ThrowIfAny($"Rate limit '{Name}'", Validate());
        return this;
    }
}
