namespace Portolan.Resilience.Fallback;

/// <summary>Which answer stands in for which outcomes.</summary>
public sealed record FallbackOptions<T>
{
    /// <summary>
    /// Gives the answer. It gets the outcome, whose value (such as a response with status 500) it may read until it returns,
    /// and a call with the fallback's own time. When it throws, the outcome stays.
    /// </summary>
    public required Func<Outcome<T>, ResilienceCall, ValueTask<T>> Answer { get; init; }

    /// <summary>What kind of answer it is, for events. Default: default.</summary>
    public FallbackKind Kind { get; init; }

    /// <summary>The fallback's own time, over 0 to 1 day. Default 1 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The outcomes it stands in for. Default: failures, what asks for less, and what our own strategies refused. Not asked
    /// when the caller gave up.
    /// </summary>
    public Func<Outcome<T>, bool> Applies { get; init; } =
        static outcome => outcome.IsFailure || outcome.Verdict == Verdict.Throttled || outcome.Rejection is not null;

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() => new OptionErrors()
        .Range(nameof(Timeout), Timeout, TimeSpan.FromTicks(1), TimeSpan.FromDays(1))
        .Require(Enum.IsDefined(Kind), $"{nameof(Kind)} is {Kind}; give {string.Join(", ", Enum.GetNames<FallbackKind>())}.")
        .All;
}
