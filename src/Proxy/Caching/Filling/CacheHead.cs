using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Core.Correlation;
using Portolan.Proxy.Caching.Freshness;

namespace Portolan.Proxy.Caching.Filling;

/// <summary>Which headers of an answer belong to it, and which to the one time it was given.</summary>
internal static class CacheHead
{
    private static readonly FrozenSet<string> OfOneTime = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info", "Transfer-Encoding", "Trailer",
        "Upgrade", "TE", "Age", "Content-Length", "Set-Cookie", "X-Served-By", "X-Backend-Latency", HeaderNames.RequestId,
        HeaderNames.CorrelationId, HeaderNames.TraceId, HeaderNames.ResponseTime, HeaderNames.BackendDuration,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // They describe the stored body, not the answer that says that it still holds (RFC 9111, 3.2).
    private static readonly FrozenSet<string> OfTheBody = new[] { "Content-Encoding", "Content-Range", "Content-MD5", "Content-Type", "ETag" }
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is stored of a head, without what the steps outside of the cache had said already.</summary>
    public static KeyValuePair<string, StringValues>[] Keep(IHeaderDictionary headers, KeyValuePair<string, StringValues>[] outside, DateTimeOffset now)
    {
        var kept = new List<KeyValuePair<string, StringValues>>(headers.Count + 1);
        foreach (var header in headers)
        {
            if (!OfOneTime.Contains(header.Key) && Array.IndexOf(outside, header) < 0)
            {
                kept.Add(header);
            }
        }

        if (headers.Date.Count == 0)
        {
            kept.Add(new("Date", HttpDates.Write(now)));
        }

        return [.. kept];
    }

    /// <summary>The stored head with what a 304 says anew.</summary>
    public static KeyValuePair<string, StringValues>[] Update(KeyValuePair<string, StringValues>[] stored, KeyValuePair<string, StringValues>[] said)
    {
        var head = stored.ToDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in said)
        {
            if (!OfTheBody.Contains(name))
            {
                head[name] = values;
            }
        }

        return [.. head];
    }

    /// <summary>Makes the head of a 304 out of that of a whole answer.</summary>
    public static void RemoveContent(IHeaderDictionary headers)
    {
        headers.ContentLength = null;
        headers.Remove("Content-Type");
        headers.Remove("Content-Encoding");
        headers.Remove("Content-Language");
        headers.Remove("Content-Range");
    }
}
