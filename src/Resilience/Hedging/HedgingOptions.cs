namespace Portolan.Resilience.Hedging;

/// <summary>When a second attempt starts beside the first, and how many there may be.</summary>
public sealed record HedgingOptions
{
    /// <summary>Attempts in all, the first included, 1 to 10. Default 2.</summary>
    public int MaximumAttempts { get; init; } = 2;

    /// <summary>
    /// How long to wait for an attempt before the next starts, as long as too few calls were measured. Zero: they start
    /// together. <see cref="Timeout.InfiniteTimeSpan"/>: only when one has failed. Default 2 s.
    /// </summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The share of calls that end within the delay once it is measured, 0.5 to 1; so at most the rest is hedged. Null:
    /// always <see cref="Delay"/>, as with a delay of zero or infinity. Default 0.95.
    /// </summary>
    public double? Percentile { get; init; } = 0.95;

    /// <summary>Calls that must have been measured, 1 to 1,000,000. Default 50.</summary>
    public int MinimumSamples { get; init; } = 50;

    /// <summary>How far back calls count, 100 ms to 1 day. Default 60 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>True when the delay is measured.</summary>
    internal bool Measures => Percentile is not null && Delay > TimeSpan.Zero;

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() => new OptionErrors()
        .Range(nameof(MaximumAttempts), MaximumAttempts, 1, 10)
        .Require(Delay >= TimeSpan.Zero || Delay == Timeout.InfiniteTimeSpan, $"{nameof(Delay)} is {Delay}; give zero, more, or infinite.")
        .Require(Percentile is null or (>= 0.5 and <= 1), $"{nameof(Percentile)} is {Percentile}; give 0.5 to 1, or null.")
        .Range(nameof(MinimumSamples), MinimumSamples, 1, 1_000_000)
        .Range(nameof(Window), Window, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1))
        .All;

    /// <inheritdoc />
    public override string ToString()
    {
        var delay = Delay == Timeout.InfiniteTimeSpan ? "after a failure" : Delay == TimeSpan.Zero ? "at once" : $"after {Delay.TotalSeconds} s";
        return $"hedging {MaximumAttempts}x {(Measures ? $"after p{Percentile * 100}, at first " : "")}{delay}";
    }
}
