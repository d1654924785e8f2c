using System.Text.Json;
using Portolan.Core.Problems;

namespace Portolan.Composition;

/// <summary>What came of a composition.</summary>
/// <param name="Parts">Each part in the plan's order; undefined where it is missing.</param>
/// <param name="Missing">Optional parts that are not there, or not whole.</param>
/// <param name="Failure">Why there is no result at all: a required part failed. Null otherwise.</param>
/// <param name="Failures">What went wrong with which part, for the log.</param>
public sealed record CompositionResult(
    IReadOnlyList<KeyValuePair<string, JsonElement>> Parts,
    IReadOnlyList<string> Missing,
    Problem? Failure,
    IReadOnlyList<KeyValuePair<string, PartResult>> Failures)
{
    /// <summary>The key beside the parts that tells what is missing.</summary>
    public const string Meta = "meta";

    /// <summary>Writes the parts side by side, null for a missing one, and <c>meta.partial</c> where something is missing.</summary>
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
        json.WriteEndObject();
    }
}
