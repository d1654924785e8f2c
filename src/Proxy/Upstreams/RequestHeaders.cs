using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Core.Correlation;
using Portolan.Resilience.Timeouts;

namespace Portolan.Proxy.Upstreams;

/// <summary>Makes the headers of the request to the service out of those of the request from the client.</summary>
internal static class RequestHeaders
{
    /// <summary>How this proxy names itself in <c>Via</c> for a message that came over HTTP/1.1.</summary>
    public const string Via = "1.1 portolan";

    /// <summary>The same over HTTP/1.0.</summary>
    public const string ViaOld = "1.0 portolan";

    /// <summary>The same over HTTP/2.</summary>
    public const string ViaFrames = "2.0 portolan";

    /// <summary>Tells a service that nobody gets its answer.</summary>
    public const string MirrorMark = "X-Portolan-Mirror";

    // What the gateway says itself, and what services believe because they think the gateway said it.
    private static readonly FrozenSet<string> NotFromOutside = new[]
    {
        "Host", "Content-Length", "Expect", "Forwarded", "Via", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override",
        "X-HTTP-Method", "X-Method-Override", "X-User-ID",
        "X-Service-Name", "X-Client-Cert-CN", "X-Client-Cert-Fingerprint", "traceparent", HeaderNames.RequestId, HeaderNames.CorrelationId,
        HeaderNames.ParentRequestId, HeaderNames.TraceId, HeaderNames.RequestTimeout, HeaderNames.GrpcTimeout, HeaderNames.FeatureFlags,
        MirrorMark,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Written =
        NotFromOutside.Except(["Host", HeaderNames.FeatureFlags, MirrorMark]).ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>A part of a composition is another resource in another representation than the one that was asked for.</summary>
    public static IReadOnlyList<string> NotForParts { get; } =
    [
        "Accept", "Accept-Encoding", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range",
        HeaderNames.IdempotencyKey,
    ];

    /// <summary>Copies what may pass, then adds what the gateway says. What <c>Connection</c> names was taken out at the edge.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="remaining">How long the caller of the service waits; more than a day says nothing.</param>
    /// <param name="sink">Takes them.</param>
    public static void Copy<TSink>(HttpContext context, TimeSpan remaining, ref TSink sink)
        where TSink : IHeaderSink
    {
        foreach (var (name, values) in context.Request.Headers)
        {
            if (Passes(name))
            {
                sink.Add(name, values);
            }
        }

        AddOwn(context, remaining, ref sink);
    }

    /// <summary>
    /// True for a header that services get from the gateway, whatever the client sent under that name: so the client's tells nothing
    /// of the one an answer depends on. Not so what is also part of an address, and the flags, which are decided before anybody asks.
    /// </summary>
    public static bool IsWritten(ReadOnlySpan<char> name) =>
        Written.Contains(name) || (name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
            && !name.Equals("X-Forwarded-Host", StringComparison.OrdinalIgnoreCase) && !name.Equals("X-Forwarded-Proto", StringComparison.OrdinalIgnoreCase));

    /// <summary>True where the client takes trailers: the one coding of TE that goes on to who can send them, because gRPC goes by it.</summary>
    public static bool AcceptsTrailers(HttpContext context)
    {
        foreach (var line in context.Request.Headers.TE)
        {
            if (line?.Contains("trailers", StringComparison.OrdinalIgnoreCase) == true)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Passes(string name)
    {
        // HTTP/2's pseudo headers; and underscores, which many frameworks take for the dashes of a header we remove.
        if (name[0] == ':' || HopByHop.IsAlways(name))
        {
            return false;
        }

        var plain = name.Contains('_') ? name.Replace('_', '-') : name;
        return !NotFromOutside.Contains(plain) && !plain.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase);
    }

    private static void AddOwn<TSink>(HttpContext context, TimeSpan remaining, ref TSink sink)
        where TSink : IHeaderSink
    {
        var request = context.Request;
        if (context.Connection.RemoteIpAddress is { } address)
        {
            sink.Add("X-Forwarded-For", (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString());
        }

        sink.Add("X-Forwarded-Proto", request.Scheme);
        if (request.Host.HasValue)
        {
            sink.Add("X-Forwarded-Host", request.Host.Value);
        }

        var via = HttpProtocol.IsHttp2(request.Protocol) ? ViaFrames : HttpProtocol.IsHttp10(request.Protocol) ? ViaOld : Via;
        sink.Add("Via", StringValues.IsNullOrEmpty(request.Headers.Via) ? via : $"{request.Headers.Via}, {via}");
        AddDeadline(request, remaining, ref sink);
        if (request.Headers.TryGetValue(HeaderNames.FeatureFlags, out var flags))
        {
            sink.Add(HeaderNames.FeatureFlags, flags);
        }

        // Taken out at the edge where it comes from a stranger.
        if (request.Headers.TryGetValue(MirrorMark, out var mark))
        {
            sink.Add(MirrorMark, mark);
        }

        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            sink.Add("traceparent", activity.Id!);
        }

        if (CorrelationContext.Current is { } correlation)
        {
            // Our request is the parent of the service's; under both names, because not every service is ours.
            sink.Add(HeaderNames.RequestId, correlation.RequestId);
            sink.Add(HeaderNames.ParentRequestId, correlation.RequestId);
            sink.Add(HeaderNames.CorrelationId, correlation.CorrelationId);
            if (CorrelationContext.TraceId is { } trace)
            {
                sink.Add(HeaderNames.TraceId, trace);
            }
        }
    }

    private static void AddDeadline<TSink>(HttpRequest request, TimeSpan remaining, ref TSink sink)
        where TSink : IHeaderSink
    {
        if (remaining > TimeSpan.FromDays(1))
        {
            return;
        }

        var left = remaining - DeadlineHeaders.Offset > TimeSpan.FromMilliseconds(1) ? remaining - DeadlineHeaders.Offset : TimeSpan.FromMilliseconds(1);
        sink.Add(HeaderNames.RequestTimeout, ((long)left.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        if (request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true)
        {
            sink.Add(HeaderNames.GrpcTimeout, DeadlineHeaders.FormatGrpc(left));
        }
    }
}
