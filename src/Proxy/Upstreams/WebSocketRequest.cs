using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Portolan.Proxy.Upstreams;

/// <summary>A client's wish to go on as a WebSocket: the upgrade of HTTP/1.1, or the extended CONNECT of HTTP/2 (RFC 8441).</summary>
internal sealed class WebSocketRequest
{
    private const string Protocol = "websocket";
    private const string Magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private WebSocketRequest(string? key) => OwnKey = key;

    /// <summary>The key that the service is asked with where the client, on HTTP/2, has none; else null, and the client's own goes on.</summary>
    public string? OwnKey { get; }

    /// <summary>Null for every other request, which is decided by a look at one header.</summary>
    public static WebSocketRequest? Of(HttpContext context)
    {
        if (context.Request.Headers.Upgrade.Count == 0)
        {
            return IsExtendedConnect(context) ? new WebSocketRequest(Convert.ToBase64String(RandomNumberGenerator.GetBytes(16))) : null;
        }

        return IsUpgrade(context) ? new WebSocketRequest(null) : null;
    }

    /// <summary>True for a CONNECT that wants a WebSocket.</summary>
    public static bool IsExtendedConnect(HttpContext context) =>
        HttpProtocol.IsHttp2(context.Request.Protocol)
        && context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: Protocol };

    /// <summary>True for a request that would go on as a WebSocket.</summary>
    public static bool IsAskedFor(HttpContext context) => context.Request.Headers.Upgrade.Count == 0 ? IsExtendedConnect(context) : IsUpgrade(context);

    /// <summary>
    /// Null when the service has agreed as the protocol asks (RFC 6455, 4.1), or has answered something that can be passed on; else
    /// what is wrong.
    /// </summary>
    public string? Refuse(UpstreamResponse response)
    {
        if (response.Status >= 200)
        {
            // On HTTP/2 every success says that both sides have switched.
            return OwnKey is not null && response.Status < 300 ? "it does not switch, and the client would read it as if it did" : null;
        }

        if (!string.Equals(response.Header("Upgrade"), Protocol, StringComparison.OrdinalIgnoreCase))
        {
            return "it switches to another protocol than was asked for";
        }

        // Where the client has a key of its own it looks at this itself.
        return OwnKey is null || response.Header("Sec-WebSocket-Accept") == AcceptOf(OwnKey) ? null : "its Sec-WebSocket-Accept is not that of the key";
    }

    /// <summary>Agrees with the client, whose response has the service's head, and gives the way to it and from it.</summary>
    public async ValueTask<Stream> AcceptAsync(HttpContext context)
    {
        if (OwnKey is null)
        {
            context.Response.Headers.Upgrade = Protocol;
            return await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        }

        // HTTP/2 says yes with a 200, and keeps no key.
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.Headers.Remove("Sec-WebSocket-Accept");
        return await context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();
    }

    private static bool IsUpgrade(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true
        && string.Equals(context.Request.Headers.Upgrade.ToString().Trim(), Protocol, StringComparison.OrdinalIgnoreCase);

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "RFC 6455 asks for SHA-1; it protects nothing.")]
    private static string AcceptOf(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Magic)));
}
