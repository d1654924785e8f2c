using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Edge;
using Portolan.Resilience.Fallback;

namespace Portolan.Proxy.Aggregation;

/// <summary>
/// The last good answers of a route's parts, for when a service is away. Only those to callers who are nobody in particular:
/// what one may see, another one may not.
/// </summary>
internal sealed class StaleParts(TimeProvider clock)
{
    // What is kept of a part is bounded by these two.
    private const int LargestValue = 64 * 1024;
    private const int MaximumPaths = 256;

    private readonly ConcurrentDictionary<string, LastGood<JsonElement>> parts = new();

    public void Remember(HttpContext context, string part, TimeSpan age, string path, JsonElement value)
    {
        if (IsForEverybody(context.Request) && JsonMarshal.GetRawUtf8Value(value).Length <= LargestValue)
        {
            parts.GetOrAdd(part, _ => new LastGood<JsonElement>(clock, MaximumPaths, age)).Remember(path, value);
        }
    }

    public Remembered<JsonElement>? Recall(HttpContext context, string part, string path) =>
        IsForEverybody(context.Request) && parts.TryGetValue(part, out var known) ? known.Recall(path) : null;

    private static bool IsForEverybody(HttpRequest request) => !Credentials.Headers.Any(request.Headers.ContainsKey);
}
