using System.Collections.Frozen;
using Portolan.Core.Correlation;

namespace Portolan.Proxy.Transforms;

/// <summary>Headers that no configuration may change: a message would be framed wrongly, or services would believe what is not true.</summary>
internal static class HeaderNameRules
{
    // Of one connection, or of the body's framing: the server and the forwarder write them.
    private static readonly FrozenSet<string> OfConnections = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade", "HTTP2-Settings", "Content-Length", "Content-Encoding", "Date",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Of both directions: the gateway says who it is and which request this is.
    private static readonly FrozenSet<string> OfGateway = new[]
    {
        "Via", HeaderNames.RequestId, HeaderNames.CorrelationId, HeaderNames.TraceId,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Of requests: the forwarder takes these out, whoever wrote them, and writes its own.
    private static readonly FrozenSet<string> OfRequests = new[]
    {
        "Host", "Expect", "Forwarded", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL", "X-User-ID", "X-Service-Name", "X-Client-Cert-CN",
        "X-Client-Cert-Fingerprint", "traceparent", "tracestate", HeaderNames.ParentRequestId, HeaderNames.RequestTimeout, HeaderNames.GrpcTimeout,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool MayChange(string name, bool ofRequest)
    {
        var plain = name.Replace('_', '-');
        return !OfConnections.Contains(plain) && !OfGateway.Contains(plain)
            && !(ofRequest && (OfRequests.Contains(plain) || plain.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)));
    }
}
