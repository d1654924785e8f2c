using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Core.Correlation;

namespace Portolan.Proxy.Forwarding;

/// <summary>Makes the headers of the request to the service out of those of the request from the client.</summary>
internal static class RequestHeaders
{
    /// <summary>How this proxy names itself in <c>Via</c>.</summary>
    public const string Via = "1.1 portolan";

    // What the gateway says itself, and what services believe because they think the gateway said it.
    private static readonly FrozenSet<string> NotFromOutside = new[]
    {
        "Host", "Content-Length", "Expect", "Forwarded", "Via", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL", "X-User-ID",
        "X-Service-Name", "X-Client-Cert-CN", "X-Client-Cert-Fingerprint", "traceparent", HeaderNames.RequestId, HeaderNames.CorrelationId,
        HeaderNames.ParentRequestId, HeaderNames.TraceId,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // A part of a composition is another resource in another representation than the one that was asked for.
    private static readonly FrozenSet<string> NotForParts = new[]
    {
        "Accept", "Accept-Encoding", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range",
        HeaderNames.IdempotencyKey,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Copies what may pass, then adds what the gateway says: after, so that nothing nominated can remove it.</summary>
    public static void Copy(HttpContext context, HttpRequestMessage message)
    {
        var nominated = HopByHop.Nominated(context.Request.Headers.Connection);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (Passes(name) && nominated?.Contains(name) != true)
            {
                Add(message, name, values);
            }
        }

        AddOwn(context, message);
    }

    /// <summary>The same for a part of a composition, which always asks for JSON and sends nothing.</summary>
    public static void CopyForPart(HttpContext context, HttpRequestMessage message)
    {
        Copy(context, message);
        foreach (var name in NotForParts)
        {
            message.Headers.Remove(name);
        }

        message.Headers.TryAddWithoutValidation("Accept", "application/json");
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

    private static void Add(HttpRequestMessage message, string name, StringValues values)
    {
        if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
        {
            message.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
    }

    private static void AddOwn(HttpContext context, HttpRequestMessage message)
    {
        var headers = message.Headers;
        var request = context.Request;
        headers.TryAddWithoutValidation("X-Forwarded-For", context.Connection.RemoteIpAddress?.ToString());
        headers.TryAddWithoutValidation("X-Forwarded-Proto", request.Scheme);
        headers.TryAddWithoutValidation("X-Forwarded-Host", request.Host.Value);
        headers.TryAddWithoutValidation("Via", StringValues.IsNullOrEmpty(request.Headers.Via) ? Via : $"{request.Headers.Via}, {Via}");
        if (CorrelationContext.Current is not { } correlation)
        {
            return;
        }

        // Our request is the parent of the service's; under both names, because not every service is ours.
        headers.TryAddWithoutValidation(HeaderNames.RequestId, correlation.RequestId);
        headers.TryAddWithoutValidation(HeaderNames.ParentRequestId, correlation.RequestId);
        headers.TryAddWithoutValidation(HeaderNames.CorrelationId, correlation.CorrelationId);
        if (CorrelationContext.TraceId is { } trace)
        {
            headers.TryAddWithoutValidation(HeaderNames.TraceId, trace);
        }
    }
}
