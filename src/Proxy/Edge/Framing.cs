using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Portolan.Core.Problems;

namespace Portolan.Proxy.Edge;

/// <summary>Refuses what the server in front of us takes and another one might read differently (RFC 9112, 6.1 and 6.3).</summary>
internal static class Framing
{
    // Where both are there, the server goes by the encoding and keeps the length under this name.
    private const string LengthSetAside = "X-Content-Length";

    /// <summary>Answers 400 and ends the connection where the end of the body is not beyond doubt.</summary>
    public static RequestDelegate Refuse(RequestDelegate next) => context =>
    {
        var encoding = context.Request.Headers.TransferEncoding;
        return encoding.Count == 0 ? IsOfOneConnection(context.Request) ? RefuseAsync(context) : next(context)
            : IsPlain(context.Request, encoding) ? next(context) : RefuseAsync(context);
    };

    private static bool IsPlain(HttpRequest request, StringValues encoding) =>
        encoding.Count == 1
        && string.Equals(encoding[0], "chunked", StringComparison.OrdinalIgnoreCase)
        && !request.Headers.ContainsKey(LengthSetAside)
        && HttpProtocol.IsHttp11(request.Protocol);

    // HTTP/2 has frames, and no header that concerns a connection (RFC 9113, 8.2.2).
    private static bool IsOfOneConnection(HttpRequest request) =>
        !HttpProtocol.IsHttp11(request.Protocol) && !HttpProtocol.IsHttp10(request.Protocol)
        && (request.Headers.Upgrade.Count > 0 || request.Headers.KeepAlive.Count > 0 || request.Headers.ProxyConnection.Count > 0);

    private static Task RefuseAsync(HttpContext context)
    {
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return KnownProblems.Malformed("Where the body ends is in doubt: send either Content-Length, or Transfer-Encoding: chunked in HTTP/1.1.").ExecuteAsync(context);
    }
}
