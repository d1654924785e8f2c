using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Portolan.Proxy.Upstreams.Connecting;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>The connections to one address that wait for their next exchange; the last one used comes first, so that the rest grow old.</summary>
internal sealed class Http1Pool
{
    private readonly ConcurrentStack<Http1Connection> idle = new();
    private readonly EndPoint address;
    private readonly SslClientAuthenticationOptions? security;
    private readonly TimeProvider clock;

    /// <param name="host">A name, an IP address, or <c>unix:</c> and the path of a socket.</param>
    /// <param name="port">Its port.</param>
    /// <param name="tls">Whom to believe over TLS; null: the connections are without.</param>
    /// <param name="clock">Time.</param>
    public Http1Pool(string host, int port, UpstreamTls? tls, TimeProvider clock)
    {
        this.clock = clock;
        security = tls?.Options(host);
        address = UpstreamSocket.Of(host, port);
        Authority = Encoding.ASCII.GetBytes(address switch
        {
            UnixDomainSocketEndPoint => "localhost",
            IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6 } => $"[{host}]{Port(port, tls)}",
            _ => $"{host}{Port(port, tls)}",
        });
    }

    /// <summary>What the <c>Host</c> header says there.</summary>
    public byte[] Authority { get; }

    /// <summary>Texts of the headers met there.</summary>
    public HeaderTexts Texts { get; } = new();

    /// <summary>A connection that seems to be alive; null when there is none.</summary>
    /// <param name="longestIdle">For how long it may have waited.</param>
    public Http1Connection? TryTake(TimeSpan longestIdle)
    {
        while (idle.TryPop(out var connection))
        {
            if (connection.IsUsable(longestIdle))
            {
                return connection;
            }

            connection.Dispose();
        }

        return null;
    }

    public void Return(Http1Connection connection) => idle.Push(connection);

    /// <summary>Ends the connections that were idle for longer than this, and those that cannot be used any more.</summary>
    public void Trim(TimeSpan longest)
    {
        if (idle.IsEmpty)
        {
            return;
        }

        var all = new Http1Connection[idle.Count];
        var count = idle.TryPopRange(all);
        for (var index = count - 1; index >= 0; index--)
        {
            if (all[index].IsUsable(longest))
            {
                idle.Push(all[index]);
            }
            else
            {
                all[index].Dispose();
            }
        }
    }

    /// <summary>Makes a connection.</summary>
    /// <exception cref="HttpRequestException">None could be made: nobody has been reached.</exception>
    public async ValueTask<Http1Connection> ConnectAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var socket = UpstreamSocket.For(address);
        SslStream? secure = null;
        using var time = new CancellationTokenSource(timeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(address, both.Token);
            secure = security is null ? null : new SslStream(new NetworkStream(socket));
            await (secure?.AuthenticateAsClientAsync(security!, both.Token) ?? Task.CompletedTask);
            return new Http1Connection(socket, secure, this, clock);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            await (secure?.DisposeAsync() ?? ValueTask.CompletedTask);
            cancellationToken.ThrowIfCancellationRequested();
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"No connection to {address}: {exception.Message}", exception);
        }
    }

    private static string Port(int port, UpstreamTls? tls) => port == (tls is null ? 80 : 443) ? "" : $":{port}";
}
