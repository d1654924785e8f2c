using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Sidecar;

/// <summary>The trace headers of Zipkin, in one header or in several, beside the W3C's.</summary>
internal static class B3
{
    public const string Single = "b3";
    public const string TraceId = "X-B3-TraceId";
    public const string SpanId = "X-B3-SpanId";
    public const string ParentSpanId = "X-B3-ParentSpanId";
    public const string Sampled = "X-B3-Sampled";
    public const string Flags = "X-B3-Flags";

    /// <summary>The same as <c>traceparent</c>; null where there is none, or none that is well formed.</summary>
    /// <param name="header">Gives the value of a header, null without it.</param>
    public static string? ToTraceParent(Func<string, string?> header)
    {
        if (header(Single) is { Length: > 0 } single)
        {
            // trace-span-sampled-parent, of which the last two may be missing; a single '0' only says: do not sample.
            var parts = single.Split('-');
            return parts.Length < 2 ? null : TraceParent(parts[0], parts[1], parts.Length > 2 ? parts[2] : null);
        }

        return header(TraceId) is { } trace && header(SpanId) is { } span
            ? TraceParent(trace, span, header(Flags) == "1" ? "d" : header(Sampled))
            : null;
    }

    /// <summary>Makes the current span the one that the service behind continues, in the form in which the request came.</summary>
    public static void Continue(IHeaderDictionary headers)
    {
        var single = headers.ContainsKey(Single);
        if ((!single && !headers.ContainsKey(TraceId)) || Activity.Current is not { IdFormat: ActivityIdFormat.W3C } activity)
        {
            return;
        }

        var (trace, span) = (activity.TraceId.ToHexString(), activity.SpanId.ToHexString());
        var sampled = activity.ActivityTraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "1" : "0";
        var parent = activity.ParentSpanId == default ? null : activity.ParentSpanId.ToHexString();
        if (single)
        {
            headers[Single] = parent is null ? $"{trace}-{span}-{sampled}" : $"{trace}-{span}-{sampled}-{parent}";
        }

        if (headers.ContainsKey(TraceId))
        {
            headers[TraceId] = trace;
            headers[SpanId] = span;
            headers[ParentSpanId] = parent is null ? StringValues.Empty : parent;
            headers[Sampled] = sampled;
        }
    }

    private static string? TraceParent(string trace, string span, string? sampled)
    {
        // Old tracers have ids of 64 bits.
        var whole = trace.Length == 16 ? "0000000000000000" + trace : trace;
        var parent = $"00-{whole.ToLowerInvariant()}-{span.ToLowerInvariant()}-{(sampled is "0" or "false" ? "00" : "01")}";
        return ActivityContext.TryParse(parent, null, out _) ? parent : null;
    }
}
