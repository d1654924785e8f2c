namespace Portolan.Resilience.Retry;

/// <summary>How often and after which waits a failed call is repeated; the defaults are the catalogue's (R2).</summary>
public sealed record RetryOptions
{
    /// <summary>Attempts in all, the first included, 1 to 1,024. Default 3.</summary>
    public int MaximumAttempts { get; init; } = 3;

    /// <summary>
    /// Attempts in all as long as none of them reached anybody, 0 to 1,024; no fewer than <see cref="MaximumAttempts"/>. For
    /// pipelines that choose another endpoint each time, and as long as there is another: what was not sent cannot happen twice. Default 0.
    /// </summary>
    public int ConnectAttempts { get; init; }

    /// <summary>What the waits start from; not negative. Default 1 s.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How the waits grow. Default full jitter.</summary>
    public Backoff Backoff { get; init; } = Backoff.FullJitter;

    /// <summary>Longest wait that is our own choice, 0 to 1 day. Default 30 s.</summary>
    public TimeSpan MaximumDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait that the called one may ask for, 0 to 1 day; when it asks for more, the call ends. Default 60 s.</summary>
    public TimeSpan MaximumRetryAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// True: the first repetition of a call that reached nobody waits for nothing. For pipelines that choose another endpoint
    /// then, where there is one. Default false.
    /// </summary>
    public bool FailoverAtOnce { get; init; }

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() => new OptionErrors()
        .Range(nameof(MaximumAttempts), MaximumAttempts, 1, 1_024)
        .Range(nameof(ConnectAttempts), ConnectAttempts, 0, 1_024)
        .Range(nameof(BaseDelay), BaseDelay, TimeSpan.Zero, TimeSpan.MaxValue)
        .Require(Enum.IsDefined(Backoff), $"{nameof(Backoff)} is {Backoff}; give {string.Join(", ", Enum.GetNames<Backoff>())}.")
        .Range(nameof(MaximumDelay), MaximumDelay, TimeSpan.Zero, TimeSpan.FromDays(1))
        .Range(nameof(MaximumRetryAfter), MaximumRetryAfter, TimeSpan.Zero, TimeSpan.FromDays(1))
        .All;

    /// <inheritdoc />
    public override string ToString() =>
        $"{MaximumAttempts}x {OrderRules.Words(Backoff.ToString()).ToLowerInvariant()} from {BaseDelay.TotalSeconds} s";

    /// <summary>The wait before the given repetition.</summary>
    /// <param name="repetition">1 for the first.</param>
    /// <param name="before">The wait before the one before; zero for the first.</param>
    /// <param name="chance">At least 0, below 1.</param>
    internal TimeSpan Delay(int repetition, TimeSpan before, double chance)
    {
        // Powers beyond this are over every cap, and zero times infinity is no number.
        var doubled = Math.ScaleB(BaseDelay.Ticks, Math.Min(repetition - 1, 62));
        var wait = Backoff switch
        {
            Backoff.Constant => BaseDelay.Ticks,
            Backoff.Exponential => doubled,
            Backoff.FullJitter => Math.Min(doubled, MaximumDelay.Ticks) * chance,
            _ => BaseDelay.Ticks + (((3.0 * Math.Max(BaseDelay.Ticks, before.Ticks)) - BaseDelay.Ticks) * chance),
        };
        return wait < MaximumDelay.Ticks ? TimeSpan.FromTicks((long)wait) : MaximumDelay;
    }
}
