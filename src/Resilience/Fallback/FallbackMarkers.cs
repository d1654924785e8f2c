using Microsoft.AspNetCore.Http;

namespace Portolan.Resilience.Fallback;

/// <summary>The headers of an answer that stands in for the real one (catalogue R6).</summary>
public static class FallbackMarkers
{
    /// <summary><c>true</c> on every such answer.</summary>
    public const string Response = "X-Fallback-Response";

    /// <summary><c>stale</c> where it is an old one.</summary>
    public const string Freshness = "X-Data-Freshness";

    /// <summary>Marks the response; null leaves it as it is.</summary>
    public static void Mark(this HttpResponse response, FallbackMeta? meta)
    {
        if (meta is not null)
        {
            response.Headers[Response] = "true";
            if (IsStale(meta))
            {
                response.Headers[Freshness] = "stale";
            }
        }
    }

    /// <summary>The same for a response that a client's fallback makes.</summary>
    public static void Mark(this HttpResponseMessage response, FallbackMeta? meta)
    {
        if (meta is not null)
        {
            response.Headers.Remove(Response);
            response.Headers.Remove(Freshness);
            response.Headers.Add(Response, "true");
            if (IsStale(meta))
            {
                response.Headers.Add(Freshness, "stale");
            }
        }
    }

    /// <summary>True when the response says that it stands in for the real one.</summary>
    public static bool IsFallback(this HttpResponseMessage response) =>
        response.Headers.TryGetValues(Response, out var values) && values.Contains("true", StringComparer.OrdinalIgnoreCase);

    private static bool IsStale(FallbackMeta meta) => meta.CachedAt is not null || meta.Fallback == FallbackMeta.Word(FallbackKind.Cached);
}
