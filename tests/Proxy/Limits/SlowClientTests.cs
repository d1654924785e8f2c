using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Limits;

/// <summary>
/// The server measures rates by its own clock, once a second. Where a test has to wait for longer than a slow client may be, it
/// waits for one that began later to be cut.
/// </summary>
public sealed class SlowClientTests
{
    private const string Limits = "limits: { headerTime: 1s, bodyRate: 1KiB, answerRate: 4MiB, grace: 1200ms }\n";
    private const string Slow = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\na";

    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Headers_that_do_not_come_are_408()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync(echo);
        using var client = await RawClient.ConnectAsync(gateway.Address);
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: a\r\nX-Slow: ");

        Assert.StartsWith("HTTP/1.1 408 ", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Bodies_that_come_too_slowly_are_408_and_do_not_open_the_circuit_of_the_instance()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync(echo);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var client = await RawClient.ConnectAsync(gateway.Address);
            await client.SendAsync(Slow);
            Assert.Matches("(?s)^HTTP/1.1 408 .*request-timeout", await client.ReadToEndAsync());
        }));

        using var answer = await gateway.Client.GetAsync("/x", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("http1")]
    [InlineData("framework")]
    public async Task The_time_that_a_client_takes_is_not_the_services(string protocol)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync(echo, timeout: "500ms", protocol: protocol);
        using var patient = await RawClient.ConnectAsync(gateway.Address);
        await patient.SendAsync("POST /patient HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\na");
        await WaitAsync(gateway);
        await patient.SendAsync("bc");

        Assert.Matches("(?s)^HTTP/1.1 200 .*\nabc\r\n", await patient.ReadToEndAsync());
    }

    [Theory]
    [InlineData("http1")]
    [InlineData("framework")]
    public async Task A_service_that_does_not_answer_once_the_body_is_there_is_504(string protocol)
    {
        await using var silent = await Upstream.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var gateway = await StartAsync(silent, timeout: "500ms", protocol: protocol);
        using var client = await RawClient.ConnectAsync(gateway.Address);
        await client.SendAsync("POST /patient HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\na");
        await client.SendAsync("bc");

        Assert.Matches("(?s)^HTTP/1.1 504 .*gateway-timeout", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_route_may_let_bodies_take_their_time()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync(echo);
        using var patient = await RawClient.ConnectAsync(gateway.Address);
        await patient.SendAsync("POST /patient HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\na");
        await WaitAsync(gateway);
        await patient.SendAsync("bc");

        Assert.Matches("(?s)^HTTP/1.1 200 .*\nabc\r\n", await patient.ReadToEndAsync());
    }

    [Fact]
    public async Task Who_does_not_take_the_answer_loses_the_connection_and_the_service_is_told()
    {
        var told = new TaskCompletionSource();
        await using var endless = await Upstream.StartAsync(context => WriteAsync(context, "application/octet-stream", long.MaxValue, told));
        await using var gateway = await StartAsync(endless);
        using var client = await RawClient.ConnectAsync(gateway.Address);
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");

        await told.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    [Fact]
    public async Task On_HTTP_2_it_loses_the_stream_when_the_time_of_silence_is_over()
    {
        var told = new TaskCompletionSource();
        await using var endless = await Upstream.StartAsync(context => WriteAsync(context, "application/octet-stream", long.MaxValue, told));
        await using var gateway = await StartAsync(endless, http2: true, timeout: "2s");
        using var request = Http2(gateway, HttpMethod.Get, "/x");
        using var answer = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);

        await told.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    [Fact]
    public async Task A_reader_of_events_may_pause()
    {
        const int Bytes = 8_000_000;
        await using var service = await Upstream.StartAsync(context => WriteAsync(context, "text/event-stream", Bytes, new TaskCompletionSource()));
        await using var gateway = await StartAsync(service);
        using var client = await RawClient.ConnectAsync(gateway.Address);
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await client.ReadToAsync("HTTP/1.1 200 ");
        await WaitAsync(gateway, "/slow");

        Assert.InRange((await client.ReadToEndAsync()).Length, Bytes, int.MaxValue);
    }

    [Fact]
    public async Task A_WebSocket_may_be_silent()
    {
        await using var service = await Upstream.StartAsync(app => app.UseWebSockets(), async context =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
            {
                await context.Request.Body.CopyToAsync(Stream.Null);
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            var said = await socket.ReceiveAsync(buffer, Token);
            await socket.SendAsync(buffer.AsMemory(0, said.Count), WebSocketMessageType.Text, endOfMessage: true, Token);
        });
        await using var gateway = await StartAsync(service);
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/socket" }.Uri, Token);
        await WaitAsync(gateway);
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Token);

        Assert.Equal(5, (await client.ReceiveAsync(new byte[100], Token)).Count);
    }

    [Fact]
    public async Task A_stream_of_messages_may_be_silent_in_both_directions()
    {
        await using var service = await Upstream.StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.FlushAsync();
            await context.Request.Body.CopyToAsync(context.Response.Body);
        });
        await using var gateway = await StartAsync(service, http2: true);
        var body = new PiecewiseContent();
        body.Headers.ContentType = new("application/grpc");
        using var request = Http2(gateway, HttpMethod.Post, "/x");
        request.Content = body;
        using var answer = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);

        // One that is no stream of messages is cut meanwhile, on a connection of its own.
        await using var echo = await Upstream.StartEchoAsync();
        await using var other = await StartAsync(echo);
        await WaitAsync(other);
        await body.SendAsync("still there");
        body.End();

        Assert.Equal("still there", await answer.Content.ReadAsStringAsync(Token));
    }

    private static async Task WriteAsync(HttpContext context, string type, long bytes, TaskCompletionSource told)
    {
        if (context.Request.Path == "/slow")
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            return;
        }

        context.Response.ContentType = type;
        context.RequestAborted.Register(() => told.TrySetResult());
        var piece = Encoding.ASCII.GetBytes(new string('a', 10_000));
        for (var sent = 0L; sent < bytes && !context.RequestAborted.IsCancellationRequested; sent += piece.Length)
        {
            await context.Response.Body.WriteAsync(piece);
        }
    }

    // Longer than a slow client may be.
    private static async Task WaitAsync(Gateway gateway, string path = "/x")
    {
        using var slow = await RawClient.ConnectAsync(gateway.Address);
        await slow.SendAsync(Slow.Replace("/x", path, StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 408 ", await slow.ReadToEndAsync());
    }

    private static HttpRequestMessage Http2(Gateway gateway, HttpMethod method, string path) =>
        new(method, new Uri(gateway.Address, path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static Task<Gateway> StartAsync(Upstream service, bool http2 = false, string timeout = "60s", string protocol = "http1") => Gateway.StartAsync(
        $$"""
        {{Limits}}
        timeout: {{timeout}}
        services: { backend: { protocol: {{protocol}} } }
        routes:
          - { path: "/{**rest}", service: backend }
          - { path: /patient, service: backend, limits: { bodyRate: 0 } }
        """,
        services => services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(endpoint =>
            endpoint.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1)),
        ("backend", [service.Address]));
}
