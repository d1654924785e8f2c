using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Proxy.Tunnels;

namespace Portolan.Proxy.Tests.Tunnels;

public sealed class WebSocketTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_of_any_size_pass_both_ways()
    {
        await using var service = await StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(service.Address);
        using var socket = await ConnectAsync(gateway);
        foreach (var size in new[] { 0, 1, 125, 126, 65_535, 65_536, 3_000_000 })
        {
            var sent = new byte[size];
            Random.Shared.NextBytes(sent);
            var receiving = ReceiveAsync(socket);
            await socket.SendAsync(sent, WebSocketMessageType.Binary, true, Token);

            Assert.Equal(sent, await receiving);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Token);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        Assert.Equal("echoed", socket.CloseStatusDescription);
    }

    [Fact]
    public async Task The_subprotocol_that_was_agreed_on_comes_back()
    {
        await using var service = await StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(service.Address);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("soap");
        socket.Options.AddSubProtocol("chat");
        await socket.ConnectAsync(AddressOf(gateway), Token);

        Assert.Equal("chat", socket.SubProtocol);
    }

    [Fact]
    public async Task A_service_that_does_not_switch_answers_as_it_does()
    {
        await using var service = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("not you");
        });
        await using var gateway = await Gateway.InFrontOfAsync(service.Address);
        var seen = await gateway.GetRawAsync("/x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");

        Assert.StartsWith("HTTP/1.1 403 ", seen);
        Assert.Contains("not you", seen);
    }

    [Fact]
    public async Task A_switch_to_another_protocol_than_was_asked_for_is_502()
    {
        using var server = new RawServer(RawServer.Answering("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        var seen = await gateway.GetRawAsync("/x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");

        Assert.StartsWith("HTTP/1.1 502 ", seen);
    }

    [Fact]
    public async Task When_the_gateway_stops_both_sides_are_told()
    {
        var told = new TaskCompletionSource<WebSocketCloseStatus?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await StartEchoAsync(told);
        await using var gateway = await Gateway.InFrontOfAsync(service.Address);
        using var socket = await ConnectAsync(gateway);
        await socket.SendAsync(Encoding.ASCII.GetBytes("hello"), WebSocketMessageType.Text, true, Token);
        Assert.Equal("hello"u8.ToArray(), await ReceiveAsync(socket));

        var stopping = gateway.StopAsync();
        var last = await socket.ReceiveAsync(new byte[10].AsMemory(), Token);

        Assert.Equal(WebSocketMessageType.Close, last.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, await told.Task.WaitAsync(TimeSpan.FromSeconds(20), Token));
        await stopping.WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [Fact]
    public async Task A_client_on_HTTP_2_reaches_a_service_on_HTTP_1()
    {
        await using var service = await StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(http2: true, service.Address);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(AddressOf(gateway), invoker, Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes("over two"), WebSocketMessageType.Text, true, Token);

        Assert.Equal("over two"u8.ToArray(), await ReceiveAsync(socket));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Token);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(70_000)]
    public void Boundaries_are_found_however_frames_are_cut(int size)
    {
        byte[] head = size < 126 ? [0x82, (byte)(0x80 | size)] : size < 65536 ? [0x82, 0x80 | 126, (byte)(size >> 8), (byte)size] : [0x82, 0x80 | 127, 0, 0, 0, 0, 0, (byte)(size >> 16), (byte)(size >> 8), (byte)size];
        byte[] frame = [.. head, 1, 2, 3, 4, .. new byte[size]];
        foreach (var cut in new[] { 1, 2, 3, 7, 1000, frame.Length })
        {
            var boundary = new FrameBoundary();
            for (var at = 0; at < frame.Length; at += cut)
            {
                Assert.Equal(at == 0, boundary.IsHere);
                boundary.Pass(frame.AsSpan(at, Math.Min(cut, frame.Length - at)));
            }

            Assert.True(boundary.IsHere);
        }
    }

    private static Uri AddressOf(Gateway gateway) => new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/chat" }.Uri;

    private static async Task<ClientWebSocket> ConnectAsync(Gateway gateway)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(AddressOf(gateway), Token);
        return socket;
    }

    private static async Task<byte[]> ReceiveAsync(WebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), Token);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return message.ToArray();
            }
        }
    }

    private static Task<Upstream> StartEchoAsync(TaskCompletionSource<WebSocketCloseStatus?>? told = null) => Upstream.StartAsync(app => app.UseWebSockets(), async context =>
    {
        var agreed = context.WebSockets.WebSocketRequestedProtocols.Contains("chat") ? "chat" : null;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(agreed);
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                told?.TrySetResult(socket.CloseStatus);
                await socket.CloseAsync(socket.CloseStatus!.Value, "echoed", context.RequestAborted);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
        }
    });
}
