using System.Globalization;
using Microsoft.AspNetCore.Http;
using Portolan.Core.Correlation;
using Portolan.Resilience.Timeouts;

namespace Portolan.Proxy.Sidecar;

/// <summary>
/// What an application may tell its own sidecar in the headers of a mesh. Only on the way out: from elsewhere they would let
/// strangers decide how long and how often we try.
/// </summary>
internal static class MeshHeaders
{
    private const string Expected = "X-Envoy-Expected-Rq-Timeout-Ms";
    private const string Upstream = "X-Envoy-Upstream-Rq-Timeout-Ms";

    /// <summary>Puts what they say into the terms of everything behind: a trace to continue and a deadline.</summary>
    public static void Translate(IHeaderDictionary headers)
    {
        if (headers.TraceParent.Count == 0 && B3.ToTraceParent(name => headers[name] is [{ } only] ? only : null) is { } trace)
        {
            headers.TraceParent = trace;
        }

        Limit(headers, Expected);
        Limit(headers, Upstream);
    }

    // Spent here: the service behind gets what is left, as a deadline.
    private static void Limit(IHeaderDictionary headers, string name)
    {
        if (headers.Remove(name, out var value)
            && value is [{ } only]
            && int.TryParse(only, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds > 0
            && !(DeadlineHeaders.Parse(headers[HeaderNames.RequestTimeout]) < TimeSpan.FromMilliseconds(milliseconds)))
        {
            headers[HeaderNames.RequestTimeout] = milliseconds.ToString(CultureInfo.InvariantCulture);
        }
    }
}
