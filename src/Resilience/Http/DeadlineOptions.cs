namespace Portolan.Resilience.Http;

/// <summary>Which deadlines a service gives its requests.</summary>
public sealed record DeadlineOptions
{
    /// <summary>True (default): what the caller's headers say counts. False, for an edge that meets strangers.</summary>
    public bool AcceptFromCaller { get; init; } = true;

    /// <summary>The deadline of every request, whatever its headers say; they can only shorten it. Null (default): none.</summary>
    public TimeSpan? Longest { get; init; }

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() => new OptionErrors()
        .Require(Longest is null || Longest > TimeSpan.Zero, $"{nameof(Longest)} is {Longest}; give more than zero, or nothing for none.")
        .All;
}
