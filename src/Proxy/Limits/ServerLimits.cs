using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Portolan.Proxy.Limits;

/// <summary>
/// What of a gateway's limits the server in front of it keeps: whatever must be decided before there is a request. Connections
/// that exist keep what they began with; how many there may be is fixed when the server starts.
/// </summary>
internal static class ServerLimits
{
    public static void Apply(KestrelServerLimits server, LimitsConfig limits)
    {
        // More than is allowed: up to twice of it the gateway says itself, with problem details, also on HTTP/2.
        server.MaxRequestLineSize = (2 * limits.Uri) + 1024;
        server.MaxRequestHeadersTotalSize = limits.Headers;
        server.MaxRequestHeaderCount = limits.HeaderCount;
        server.RequestHeadersTimeout = limits.HeaderTime;
        server.KeepAliveTimeout = limits.Idle;
        server.MinRequestBodyDataRate = Rate(limits.BodyRate, limits);

        // Set for each answer of HTTP/1.1. On HTTP/2 it would be one rate of all answers together, and a stream of messages
        // that its reader lets wait would take the others with it.
        server.MinResponseDataRate = null;
        server.MaxConcurrentConnections = limits.Connections;
        server.Http2.MaxStreamsPerConnection = limits.Streams;
    }

    /// <summary>Null where any rate will do.</summary>
    public static MinDataRate? Rate(int bytes, LimitsConfig limits) => bytes == 0 ? null : new MinDataRate(bytes, limits.Grace);
}
