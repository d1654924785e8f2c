using System.Text.Json;
using Portolan.Core.Problems;

namespace Portolan.Composition;

/// <summary>What came of a part: a value, or the reason why there is none.</summary>
public sealed record PartResult
{
    private PartResult()
    {
    }

    /// <summary>The value; undefined after a failure.</summary>
    public JsonElement Value { get; private init; }

    /// <summary>True where the value lacks something that should be in it.</summary>
    public bool IsIncomplete { get; private init; }

    /// <summary>Why there is no value; null where there is one.</summary>
    public Problem? Failure { get; private init; }

    /// <summary>Why the value is not the part's own but one in its place; null where it is its own.</summary>
    public Problem? Covered { get; private init; }

    /// <summary>When the value was good, where it is an old one in the part's place.</summary>
    public DateTimeOffset? AsOf { get; private init; }

    /// <summary>True where the value may be given to whoever asks next.</summary>
    public bool MayBeKept { get; private init; } = true;

    /// <summary>What the part threw, for the log; null where it did not.</summary>
    public Exception? Cause { get; private init; }

    /// <summary>The part as it should be.</summary>
    /// <param name="value">The value.</param>
    /// <param name="mayBeKept">False for a value that is for this caller alone.</param>
    public static PartResult Of(JsonElement value, bool mayBeKept = true) => new() { Value = value, MayBeKept = mayBeKept };

    /// <summary>The part, but something inside could not be had.</summary>
    public static PartResult Incomplete(JsonElement value) => new() { Value = value, IsIncomplete = true };

    /// <summary>A value in the place of a part that failed.</summary>
    /// <param name="failed">The failure.</param>
    /// <param name="value">The value.</param>
    /// <param name="asOf">When it was good; null for one that always is.</param>
    public static PartResult InPlaceOf(PartResult failed, JsonElement value, DateTimeOffset? asOf = null) =>
        new() { Value = value, IsIncomplete = true, Covered = failed.Failure, Cause = failed.Cause, AsOf = asOf };

    /// <summary>No part.</summary>
    public static PartResult Failed(Problem problem, Exception? cause = null) => new() { Failure = problem, Cause = cause };
}
