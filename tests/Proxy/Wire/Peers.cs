using System.Net.Sockets;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Wire;

/// <summary>A client and a service that have sockets only, and a gateway between them.</summary>
internal sealed class Peers : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly RawServer service;
    private readonly ExchangeGenerator generator;
    private readonly bool framework;
    private Gateway gateway = null!;
    private Socket? client;
    private WireReader? reader;
    private TaskCompletionSource<WireMessage> arrived = new();
    private Exchange? current;

    private Peers(ExchangeGenerator generator, bool framework)
    {
        (this.generator, this.framework) = (generator, framework);
        service = new RawServer(ServeAsync);
    }

    /// <summary>Connections that the gateway has made to the service.</summary>
    public int Connections { get; private set; }

    public static async Task<Peers> StartAsync(UpstreamProtocol protocol, ExchangeGenerator generator)
    {
        var peers = new Peers(generator, protocol == UpstreamProtocol.Framework);
        peers.gateway = await Gateway.StartAsync(
            new GatewayConfig
            {
                Routes = [new RouteConfig { Path = "/{**rest}", Service = "backend" }],
                Services = [new UpstreamConfig { Name = "backend", Protocol = protocol, OpensAfter = 1_000_000 }],
            },
            ("backend", [peers.service.Address]));
        return peers;
    }

    /// <summary>Sends the request; what arrived at the service, and what came back.</summary>
    public async Task<(WireMessage Request, WireMessage Response)> RunAsync(Exchange exchange)
    {
        var response = await AskAsync(exchange);
        if (framework && !arrived.Task.IsCompleted && response.StartLine.StartsWith("HTTP/1.1 502 ", StringComparison.Ordinal))
        {
            // The framework's client may use a kept connection just as it is closed, and nobody can tell.
            response = await AskAsync(exchange);
        }

        // The service notes what arrived before it answers.
        Assert.True(arrived.Task.IsCompleted, $"the gateway answered by itself: {response.StartLine}");
        return (await arrived.Task, response);
    }

    /// <summary>Sends the request; what came back.</summary>
    public async Task<WireMessage> AskAsync(Exchange exchange)
    {
        (current, arrived) = (exchange, new TaskCompletionSource<WireMessage>(TaskCreationOptions.RunContinuationsAsynchronously));
        if (client is null)
        {
            client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
            reader = new WireReader(client);
        }

        var sending = SendAsync(client, exchange.RequestBytes);
        var response = await reader!.ReadResponseAsync(exchange.Method).WaitAsync(Patience);
        await sending.WaitAsync(Patience);
        if (exchange.ClientCloses || response.Says("Connection", "close"))
        {
            Assert.True(await reader.IsAtEndAsync().WaitAsync(Patience), "something came behind the last answer");
            Leave();
        }

        return response;
    }

    /// <summary>Ends the client's connection; the next exchange begins another one.</summary>
    public void Leave()
    {
        client?.Dispose();
        client = null;
    }

    public async ValueTask DisposeAsync()
    {
        Leave();
        await gateway.DisposeAsync();
        service.Dispose();
    }

    private async Task ServeAsync(Socket socket)
    {
        Connections++;
        socket.NoDelay = true;
        var requests = new WireReader(socket);
        try
        {
            while (await requests.ReadRequestAsync() is { } request)
            {
                var exchange = current!;
                arrived.TrySetResult(request);
                await SendAsync(socket, exchange.ResponseBytes);
                if (exchange.ServiceCloses)
                {
                    socket.Shutdown(SocketShutdown.Send);
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is not SocketException)
        {
            arrived.TrySetException(exception);
        }
    }

    private async Task SendAsync(Socket socket, byte[] bytes)
    {
        foreach (var piece in generator.Cut(bytes).ToArray())
        {
            await socket.SendAsync(piece);
            await Task.Yield();
        }
    }
}
