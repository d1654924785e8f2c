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

    /// <summary>What the part threw, for the log; null where it did not.</summary>
    public Exception? Cause { get; private init; }

    /// <summary>The part as it should be.</summary>
    public static PartResult Of(JsonElement value) => new() { Value = value };

    /// <summary>The part, but something inside could not be had.</summary>
    public static PartResult Incomplete(JsonElement value) => new() { Value = value, IsIncomplete = true };

    /// <summary>No part.</summary>
    public static PartResult Failed(Problem problem, Exception? cause = null) => new() { Failure = problem, Cause = cause };
}
