using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Portolan.Proxy.Upstreams;

/// <summary>
/// Streams that may be silent for as long as they like. Whoever sends or takes anything else slowly holds a place for nothing.
/// </summary>
internal static class ClientRates
{
    /// <summary>Nobody has to be quick: this is a WebSocket.</summary>
    public static void FreeBoth(HttpContext context)
    {
        FreeRequest(context);
        FreeAnswer(context);
    }

    /// <summary>The client may send when it likes, if it sends messages.</summary>
    public static void FreeMessages(HttpContext context)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true)
        {
            FreeRequest(context);
        }
    }

    /// <summary>The client may take the answer when it likes, if that is a stream of messages or events.</summary>
    public static void FreeEvents(HttpContext context)
    {
        if (context.Response.ContentType is { } type
            && (type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)))
        {
            FreeAnswer(context);
        }
    }

    private static void FreeRequest(HttpContext context)
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static void FreeAnswer(HttpContext context)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
