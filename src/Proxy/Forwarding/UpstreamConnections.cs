using System.Net.Sockets;
using System.Text;

namespace Portolan.Proxy.Forwarding;

/// <summary>The pooled connections of this process to all instances.</summary>
internal sealed class UpstreamConnections(TimeSpan connectTimeout, TimeProvider clock) : IDisposable
{
    private readonly HttpMessageInvoker invoker = new(Create(connectTimeout, clock));

    /// <summary>Sends; returns with the head of the answer, the body still to be read.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        invoker.SendAsync(request, cancellationToken);

    public void Dispose() => invoker.Dispose();

    private static SocketsHttpHandler Create(TimeSpan connectTimeout, TimeProvider clock) => new()
    {
        // A proxy passes on what it gets: none of the comforts of a client.
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,

        // Byte for byte: Kestrel reads the other side the same way, see GatewayKestrel.
        RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,

        // Shorter than what servers keep idle connections for, so that they are seldom closed just as they are used.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context, connectTimeout, clock, cancellationToken),
    };

    // Our own timeout, because the handler's cannot be told from the caller's cancellation; and it must be: only after a
    // failed connect may any request go to another instance.
    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, TimeSpan connectTimeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(connectTimeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, both.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
