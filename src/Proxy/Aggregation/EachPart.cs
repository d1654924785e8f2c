using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portolan.Composition;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Aggregation;

/// <summary>
/// A part fetched for each element of an array of another part: an array as long as that. What several elements name is
/// fetched once; an element whose resource is not found is null, and the part counts as incomplete.
/// </summary>
internal sealed class EachPart(PartConfig part, PartFetcher fetcher)
{
    // One page must not become a flood for the service behind it.
    private const int MaximumItems = 100;
    private const int Parallelism = 16;

    private readonly PartPath path = new(part.Path!);

    public async ValueTask<PartResult> FetchAsync(PartContext context, CancellationToken cancellationToken)
    {
        var source = FieldPath.Find(context[FieldPath.Head(part.Each!)], FieldPath.Tail(part.Each!));
        if (source is { ValueKind: not JsonValueKind.Array })
        {
            return PartResult.Failed(FetchProblems.NoArray(part.Name, part.Each!));
        }

        var items = source is { } array ? array.EnumerateArray().Take(MaximumItems).ToList() : [];
        var paths = items.ConvertAll(item => path.Fill(context, item));
        if (paths.Contains(null))
        {
            return PartResult.Failed(FetchProblems.NoValue(part.Name, part.Path!));
        }

        var fetched = await FetchAsync(context, [.. paths.OfType<string>().Distinct()], cancellationToken);
        if (fetched.Values.FirstOrDefault(result => result.Failure is { Status: not 404 }) is { } failed)
        {
            return failed;
        }

        var whole = source is null || source.Value.GetArrayLength() <= MaximumItems;
        return Join([.. paths.Select(one => fetched[one!])], whole);
    }

    private static PartResult Join(PartResult[] results, bool whole)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var result in results)
            {
                (result.Failure is null ? result.Value : FirstPart.Null).WriteTo(json);
            }

            json.WriteEndArray();
        }

        var value = JsonElement.Parse(buffer.WrittenSpan);
        return whole && results.All(result => result.Failure is null) ? PartResult.Of(value) : PartResult.Incomplete(value);
    }

    private async Task<ConcurrentDictionary<string, PartResult>> FetchAsync(
        PartContext context, string[] distinct, CancellationToken cancellationToken)
    {
        var input = (ComposeInput)context.Input!;
        var results = new ConcurrentDictionary<string, PartResult>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(distinct, options, async (one, cancellation) =>
            results[one] = await fetcher.FetchAsync(input, part, one, cancellation));
        return results;
    }
}
