namespace Portolan.Resilience.Throttling;

/// <summary>How many calls may wait for their turn, and how long.</summary>
public sealed record ThrottleOptions
{
    /// <summary>What events and metrics call it. Default: <c>default</c>.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Calls that wait at once, of all priorities together. 0: nobody waits. Default: 1,000.</summary>
    public int QueueLimit { get; init; } = 1_000;

    /// <summary>How long a call waits at most, to the millisecond; then it is refused. Default: 3 s.</summary>
    public TimeSpan MaximumWait { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Everything that is wrong with the options; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() => new OptionErrors()
        .Require(!string.IsNullOrWhiteSpace(Name), "Name is empty; give one.")
        .Range(nameof(QueueLimit), QueueLimit, 0, 1_000_000)
        .Require(MaximumWait >= TimeSpan.Zero, $"MaximumWait is {MaximumWait}; give 0 or more.")
        .All;
}
