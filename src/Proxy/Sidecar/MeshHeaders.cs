using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Core.Correlation;
using Portolan.Proxy.Routing;
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
    private const string PerTry = "X-Envoy-Upstream-Rq-Per-Try-Timeout-Ms";
    private const string MaxRetries = "X-Envoy-Max-Retries";
    private const string RetryOn = "X-Envoy-Retry-On";
    private const int MostRetries = 9;

    private static readonly string[] Failures = ["5xx", "gateway-error", "reset"];

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

    /// <summary>How often and for how long each time the application wants to have it tried. They are meant for its sidecar, and go no further.</summary>
    public static void Apply(IHeaderDictionary headers, RouteMatch match)
    {
        // Who names its reasons and no failure of a service among them wants only that repeated which reached nobody.
        if (headers.Remove(RetryOn, out var reasons) && !reasons.ToString().Split(',', StringSplitOptions.TrimEntries).Any(reason => Failures.Contains(reason)))
        {
            match.MaximumAttempts = 1;
        }

        if (headers.Remove(MaxRetries, out var value) && Number(value) is { } retries && match.MaximumAttempts == 0)
        {
            match.MaximumAttempts = Math.Min(retries, MostRetries) + 1;
        }

        if (headers.Remove(PerTry, out value) && Number(value) is > 0 and var milliseconds)
        {
            match.AttemptTimeout = TimeSpan.FromMilliseconds(milliseconds);
        }
    }

    private static int? Number(StringValues value) =>
        value is [{ } only] && int.TryParse(only, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // Spent here: the service behind gets what is left, as a deadline.
    private static void Limit(IHeaderDictionary headers, string name)
    {
        if (headers.Remove(name, out var value)
            && Number(value) is > 0 and var milliseconds
            && !(DeadlineHeaders.Parse(headers[HeaderNames.RequestTimeout]) < TimeSpan.FromMilliseconds(milliseconds)))
        {
            headers[HeaderNames.RequestTimeout] = milliseconds.ToString(CultureInfo.InvariantCulture);
        }
    }
}
