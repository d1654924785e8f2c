using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Portolan.Proxy.Upstreams.Http1;

/// <summary>The connections to one address that wait for their next exchange; the last one used comes first, so that the rest grow old.</summary>
internal sealed class Http1Pool
{
    private readonly ConcurrentStack<Http1Connection> idle = new();
    private readonly EndPoint address;
    private readonly TimeProvider clock;

    /// <param name="host">A name, an IP address, or <c>unix:</c> and the path of a socket.</param>
    /// <param name="port">Its port.</param>
    /// <param name="clock">Time.</param>
    public Http1Pool(string host, int port, TimeProvider clock)
    {
        this.clock = clock;
        address = UpstreamSocket.Of(host, port);
        Authority = Encoding.ASCII.GetBytes(address switch
        {
            UnixDomainSocketEndPoint => "localhost",
            IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6 } => $"[{host}]:{port}",
            _ => $"{host}:{port}",
        });
    }

    /// <summary>What the <c>Host</c> header says there.</summary>
    public byte[] Authority { get; }

    /// <summary>Texts of the headers met there.</summary>
    public HeaderTexts Texts { get; } = new();

    /// <summary>A connection that seems to be alive; null when there is none.</summary>
    public Http1Connection? TryTake()
    {
        while (idle.TryPop(out var connection))
        {
            if (connection.IsUsable())
            {
                return connection;
            }

            connection.Dispose();
        }

        return null;
    }

    public void Return(Http1Connection connection) => idle.Push(connection);

    /// <summary>Ends the connections that were idle for longer than this.</summary>
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
            if (clock.GetElapsedTime(all[index].IdleSince) < longest)
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
        using var time = new CancellationTokenSource(timeout, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(address, both.Token);
            return new Http1Connection(socket, this, clock);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"No connection to {address}: {exception.Message}", exception);
        }
    }
}
