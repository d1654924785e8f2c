using System.Text.Json;
using Portolan.Composition;

namespace Portolan.Proxy.Aggregation;

/// <summary>The first element of a part that is an array; null of an empty one.</summary>
internal static class FirstPart
{
    public static readonly JsonElement Null = JsonElement.Parse("null"u8);

    public static PartResult Of(string part, string source, JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array)
        {
            return PartResult.Failed(FetchProblems.NoArray(part, source));
        }

        return PartResult.Of(array.GetArrayLength() > 0 ? array[0] : Null);
    }
}
