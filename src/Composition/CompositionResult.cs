using System.Text.Json;
using Portolan.Core.Problems;

namespace Portolan.Composition;

/// <summary>What came of a composition.</summary>
/// <param name="Parts">Each part in the plan's order; undefined where it is missing.</param>
/// <param name="Missing">Parts that are not there, not whole, or have another value in their place.</param>
/// <param name="Failure">Why there is no result at all: a required part failed. Null otherwise.</param>
/// <param name="Failures">What went wrong with which part, for the log.</param>
public sealed record CompositionResult(
    IReadOnlyList<KeyValuePair<string, JsonElement>> Parts,
    IReadOnlyList<string> Missing,
    Problem? Failure,
    IReadOnlyList<KeyValuePair<string, PartResult>> Failures)
{
    /// <summary>Parts of which an old value stands in place of the one that could not be had, and when that was good.</summary>
    public IReadOnlyList<KeyValuePair<string, DateTimeOffset>> Stale { get; init; } = [];

    /// <summary>The key beside the parts that tells what is missing.</summary>
    public const string Meta = "meta";

    /// <summary>Writes the parts side by side, null for a missing one, and where something is missing <c>meta.partial</c>, with <c>meta.stale</c> for what is old.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, value) in Parts)
        {
            json.WritePropertyName(name);
            if (value.ValueKind == JsonValueKind.Undefined)
            {
                json.WriteNullValue();
            }
            else
            {
                value.WriteTo(json);
            }
        }

        WriteMeta(json);
        json.WriteEndObject();
    }

    private void WriteStale(Utf8JsonWriter json)
    {
        if (Stale.Count == 0)
        {
            return;
        }

        json.WriteStartObject("stale");
        foreach (var (name, asOf) in Stale)
        {
            json.WriteString(name, asOf);
        }

        json.WriteEndObject();
    }

    private void WriteMeta(Utf8JsonWriter json)
    {
        if (Missing.Count == 0)
        {
            return;
        }

        json.WriteStartObject(Meta);
        json.WriteStartArray("partial");
        foreach (var name in Missing)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        WriteStale(json);
        json.WriteEndObject();
    }
}
