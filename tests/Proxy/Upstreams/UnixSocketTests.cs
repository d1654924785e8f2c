using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Portolan.Discovery;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Proxy.Upstreams;
using Portolan.Proxy.Upstreams.Connecting;

namespace Portolan.Proxy.Tests.Upstreams;

public sealed class UnixSocketTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("portolan-");

    public UnixSocketTests()
    {
        if (OperatingSystem.IsMacOS())
        {
            Assert.Skip("Paths of sockets are short, and those of temporary folders there are not.");
        }
    }

    private string Socket => Path.Combine(folder.FullName, "App.sock");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("http1", HttpProtocols.Http1)]
    [InlineData("http2", HttpProtocols.Http2)]
    [InlineData("framework", HttpProtocols.Http1)]
    public async Task A_service_is_reached_by_the_path_of_its_socket(string protocol, HttpProtocols spoken)
    {
        await using var service = await StartAsync(spoken);
        await using var gateway = await Gateway.StartAsync(Yaml($"protocol: {protocol}"));

        for (var round = 0; round < 3; round++)
        {
            using var answer = await gateway.Client.PostAsync("/a%2Fb?c=d", new StringContent($"body {round}"), Token);
            Assert.Equal($"{(spoken == HttpProtocols.Http2 ? "HTTP/2" : "HTTP/1.1")} localhost /a%2Fb?c=d body {round}", await answer.Content.ReadAsStringAsync(Token));
        }
    }

    [Theory]
    [InlineData("http1")]
    [InlineData("framework")]
    public async Task A_WebSocket_too(string protocol)
    {
        await using var service = await StartAsync(HttpProtocols.Http1);
        await using var gateway = await Gateway.StartAsync(Yaml($"protocol: {protocol}"));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/chat" }.Uri, Token);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, Token);

        var buffer = new byte[100];
        var part = await socket.ReceiveAsync(buffer.AsMemory(), Token);
        Assert.Equal("hello"u8.ToArray(), buffer[..part.Count]);
    }

    [Fact]
    public async Task A_part_of_a_composed_answer_too()
    {
        await using var service = await StartAsync(HttpProtocols.Http1);
        await using var gateway = await Gateway.StartAsync($"services: {{ app: {{ addresses: 'unix:{Socket}' }} }}\nroutes: [{{ path: /all, compose: {{ one: {{ service: app, path: /json }} }} }}]");

        Assert.Equal("""{"one":{"host":"localhost"}}""", await gateway.Client.GetStringAsync("/all", Token));
    }

    [Fact]
    public async Task Where_nobody_listens_the_next_address_is_tried_and_a_restart_is_noticed()
    {
        await using var other = await Upstream.StartAsync(context => context.Response.WriteAsync("other"));
        await using var gateway = await Gateway.StartAsync(Yaml("opensAfter: 100"));
        Assert.Equal(503, (int)(await gateway.Client.GetAsync("/", Token)).StatusCode);

        gateway.Apply(Yaml("opensAfter: 100", other.Address));
        Assert.Equal(["other", "other"], [await gateway.Client.GetStringAsync("/", Token), await gateway.Client.GetStringAsync("/", Token)]);

        gateway.Apply(Yaml("opensAfter: 100"));
        for (var start = 0; start < 2; start++)
        {
            await using var service = await StartAsync(HttpProtocols.Http1);
            Assert.Equal("HTTP/1.1 localhost / ", await gateway.Client.GetStringAsync("/", Token));
        }
    }

    [Theory]
    [InlineData("/run/app.sock")]
    [InlineData("/run/Ümläut und Abstand.sock")]
    [InlineData("/a/path/as/long/as/the/system/takes/it/012345678901234567890123456789012345678901234567890123456789")]
    public void The_frameworks_client_gets_a_host_that_stands_for_the_socket(string path)
    {
        var name = UpstreamSocket.NameOf(UnixAddress.Of(path));

        Assert.Equal(UriHostNameType.Dns, Uri.CheckHostName(name));
        Assert.Equal(path, UpstreamSocket.Of(new System.Net.DnsEndPoint(new Uri($"http://{name}/").IdnHost, 80)).ToString());
    }

    private string Yaml(string settings, params string[] others) =>
        $"services: {{ app: {{ {settings}, addresses: [{string.Join(", ", others.Prepend("unix:" + Socket).Select(address => $"'{address}'"))}] }} }}\nroutes: [{{ path: '/{{**rest}}', service: app }}]";

    private Task<Upstream> StartAsync(HttpProtocols protocols) => Upstream.StartAsync(app => app.UseWebSockets(), async context =>
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[100];
            var part = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
            return;
        }

        if (context.Request.Path == "/json")
        {
            await context.Response.WriteAsJsonAsync(new { host = context.Request.Host.Value });
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        await context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Host} {target} {await reader.ReadToEndAsync()}");
    }, protocols, socket: Socket);
}
