namespace Portolan.Resilience.Shedding;

/// <summary>
/// The rule by which load is shed: how much of what there is may be in use for a call of each priority still to get in. The
/// rest is kept for those that are more important. Each above 0, none smaller than the one before it.
/// </summary>
public sealed record PriorityShares
{
    /// <summary>Default 0.5.</summary>
    public double Low { get; init; } = 0.5;

    /// <summary>Default 0.8.</summary>
    public double Normal { get; init; } = 0.8;

    /// <summary>Default 0.95.</summary>
    public double High { get; init; } = 0.95;

    /// <summary>Default 1.</summary>
    public double Critical { get; init; } = 1;

    /// <summary>The share of a priority.</summary>
    public double Of(CallPriority priority) => priority switch
    {
        <= CallPriority.Low => Low,
        CallPriority.Normal => Normal,
        CallPriority.High => High,
        _ => Critical,
    };

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() => new OptionErrors()
        .Require(Low > 0, $"{nameof(Low)} is {Low}; give more than 0.")
        .Require(Low <= Normal && Normal <= High && High <= Critical, $"The shares {Low}, {Normal}, {High}, {Critical} fall; give the more important at least as much.")
        .All;
}
