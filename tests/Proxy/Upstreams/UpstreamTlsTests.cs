using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Proxy.Upstreams;
using Portolan.Proxy.Upstreams.Connecting;

namespace Portolan.Proxy.Tests.Upstreams;

public sealed class UpstreamTlsTests : IAsyncLifetime
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly PemFiles pem = new();
    private WebApplication service = null!;
    private int requests;

    private int Port => new Uri(service.Urls.First()).Port;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(pem.Certificate, pem.Key));
        }));
        service = builder.Build();
        service.UseWebSockets();
        service.Run(AnswerAsync);
        await service.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        pem.Dispose();
    }

    [Theory]
    [InlineData("http1", "HTTP/1.1")]
    [InlineData("framework", "HTTP/1.1")]
    [InlineData("http2", "HTTP/2")]
    public async Task A_service_may_speak_TLS(string protocol, string spoken)
    {
        await using var gateway = await StartAsync($"https://127.0.0.1:{Port}", $"protocol: {protocol}");
        var connections = new HashSet<string>();
        for (var round = 0; round < 10; round++)
        {
            var body = new byte[round * 50_000];
            Random.Shared.NextBytes(body);
            using var answer = await gateway.Client.PostAsync("/a%2Fb?c=d", new ByteArrayContent(body), Token);
            Assert.Equal($"{spoken} https 127.0.0.1:{Port} /a%2Fb?c=d", answer.Headers.GetValues("X-Seen").Single());
            connections.Add(answer.Headers.GetValues("X-Connection").Single());
            Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync(Token));
        }

        // Handshakes cost: connections are kept.
        Assert.Single(connections);
    }

    [Fact]
    public async Task A_WebSocket_too()
    {
        await using var gateway = await StartAsync($"https://localhost:{Port}", "");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/chat" }.Uri, Token);
        foreach (var size in new[] { 1, 1000, 300_000 })
        {
            var sent = new byte[size];
            Random.Shared.NextBytes(sent);
            await socket.SendAsync(sent, WebSocketMessageType.Binary, true, Token);
            var received = new MemoryStream();
            var buffer = new byte[10_000];
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(), Token);
                received.Write(buffer, 0, part.Count);
            }
            while (!part.EndOfMessage);
            Assert.Equal(sent, received.ToArray());
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Token);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Theory]
    [InlineData("http1")]
    [InlineData("http2")]
    public async Task A_certificate_of_nobody_who_is_trusted_or_for_another_host_is_refused_and_nothing_is_sent(string protocol)
    {
        await using var strangers = await Gateway.StartAsync(Yaml($"https://127.0.0.1:{Port}", $"protocol: {protocol}"));
        await using var elsewhere = await StartAsync($"https://127.0.0.2:{Port}", $"protocol: {protocol}");
        foreach (var gateway in new[] { strangers, elsewhere })
        {
            using var answer = await gateway.Client.PostAsync("/", new StringContent("secret"), Token);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("service-unreachable", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }

        Assert.Equal(0, Volatile.Read(ref requests));
    }

    [Fact]
    public async Task What_comes_behind_an_answer_is_nobodys_answer()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(pem.Certificate, pem.Key);
        _ = Task.Run(
            async () =>
            {
                while (true)
                {
                    var client = await listener.AcceptTcpClientAsync(Token);
                    _ = ServeAsync(client);
                }
            },
            Token);
        await using var gateway = await StartAsync($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "");
        for (var round = 0; round < 5; round++)
        {
            Assert.Equal("body", await gateway.Client.GetStringAsync("/x", Token));
        }

        async Task ServeAsync(System.Net.Sockets.TcpClient client)
        {
            await using var stream = new System.Net.Security.SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(certificate);
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, Token) > 0)
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"u8.ToArray(), Token);
                await stream.FlushAsync(Token);
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
                await stream.WriteAsync("bodyHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nPOISON"u8.ToArray(), Token);
            }
        }
    }

    [Fact]
    public async Task A_peer_that_speaks_no_TLS_ends_in_time()
    {
        await using var plain = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync($"https://127.0.0.1:{new Uri(plain.Address).Port}", "");
        using var answer = await gateway.Client.GetAsync("/", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public void Authorities_that_cannot_be_read_are_told()
    {
        Assert.Contains("cannot be read", Assert.Throws<UpstreamTlsException>(() => new UpstreamTls("/nowhere/ca.pem")).Message);
        Assert.Contains("has no certificate", Assert.Throws<UpstreamTlsException>(() => new UpstreamTls(pem.Key)).Message);
    }

    private Task<Gateway> StartAsync(string address, string more) => Gateway.StartAsync(Yaml(address, more) + $"\ntrust: {pem.Authority}");

    private static string Yaml(string address, string more) =>
        $"services: {{ app: {{ addresses: '{address}'{(more.Length > 0 ? ", " : "")}{more} }} }}\nroutes: [{{ path: '/{{**rest}}', service: app }}]";

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref requests);
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[8192];
            while (await socket.ReceiveAsync(buffer.AsMemory(), Token) is { MessageType: not WebSocketMessageType.Close } part)
            {
                await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, Token);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
            return;
        }

        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        context.Response.Headers["X-Seen"] = $"{context.Request.Protocol} {context.Request.Scheme} {context.Request.Host} {target}";
        context.Response.Headers["X-Connection"] = context.Connection.Id;
        context.Response.ContentLength = context.Request.ContentLength;
        await context.Request.Body.CopyToAsync(context.Response.Body, Token);
    }
}
