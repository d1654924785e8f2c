using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Portolan.Proxy.Upstreams;
using Portolan.Proxy.Upstreams.Http1;

namespace Portolan.Proxy.Tunnels;

/// <summary>The WebSockets that pass through this gateway. When it stops, each side of each is told so before the connection ends.</summary>
internal sealed class TunnelSet
{
    private readonly TimeProvider clock;
    private readonly CancellationToken stopping;
    private int open;

    public TunnelSet(TimeProvider clock, IHostApplicationLifetime? lifetime = null)
    {
        this.clock = clock;
        stopping = lifetime?.ApplicationStopping ?? CancellationToken.None;
    }

    /// <summary>How many there are now.</summary>
    public int Open => Volatile.Read(ref open);

    /// <summary>Passes on what both sides send, until one of them ends. The service has agreed, the client is told so here.</summary>
    public async Task RunAsync(HttpContext context, WebSocketRequest request, Http1Response response)
    {
        Interlocked.Increment(ref open);
        try
        {
            await using var client = await request.AcceptAsync(context);
            context.Features.Get<IConnectionSocketFeature>()?.Socket.SetSocketOption(
                System.Net.Sockets.SocketOptionLevel.Socket, System.Net.Sockets.SocketOptionName.KeepAlive, true);
            response.Connection.KeepAlive();
            await new Tunnel(client, response.Connection, clock, stopping).RunAsync(context.RequestAborted);
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }
}
