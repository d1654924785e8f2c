using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Tunnels;

/// <summary>WebSockets that nobody agreed to, and those of pages that may not have one.</summary>
public sealed class RefusedTunnelTests
{
    private const string Upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==";

    [Theory]
    [InlineData("/plain", 200, "502")]
    [InlineData("/plain", 204, "502")]
    [InlineData("/plain", 403, "403")]
    [InlineData("/plain", 302, "302")]
    [InlineData("/cached", 200, "502")]
    [InlineData("/mirrored", 200, "502")]
    [InlineData("/composed", 200, "501")]
    [InlineData("/", 200, "404")]
    [InlineData("/nowhere", 200, "404")]
    public async Task On_HTTP_2_no_success_is_told_where_nobody_switched(string path, int status, string expected)
    {
        await using var service = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.CacheControl = "max-age=60";
            return status == 204 ? Task.CompletedTask : context.Response.WriteAsync("{}");
        });
        await using var gateway = await StartAsync(
            """
            routes:
              - { path: /plain, service: backend }
              - { path: /cached, service: backend, cache: {} }
              - { path: /mirrored, service: backend, mirror: { service: backend } }
              - { path: /composed, compose: { part: { service: backend, path: /part } } }
            """,
            service);
        Assert.Equal(expected, await AskAsync(gateway, path));
    }

    [Fact]
    public async Task What_is_stored_of_a_GET_is_no_answer_to_who_wants_a_WebSocket()
    {
        var came = 0;
        await using var service = await Upstream.StartAsync(context =>
        {
            came++;
            context.Response.Headers.CacheControl = "max-age=60";
            return context.Response.WriteAsync("stored");
        });
        await using var gateway = await StartAsync("routes: [{ path: /x, service: backend, cache: {} }]", service);
        for (var plain = 0; plain < 2; plain++)
        {
            using var client = await RawHttp2.ConnectAsync(gateway.Address);
            await client.SendHeadersAsync(1, end: true, (":method", "GET"), (":scheme", "http"), (":path", "/x"), (":authority", "a"));
            Assert.Equal("200", await client.ResultAsync(1));
        }

        Assert.Equal(1, came);
        Assert.Equal("502", await AskAsync(gateway, "/x"));
        Assert.Equal(2, came);
    }

    [Theory]
    [InlineData("https://evil.example", "403")]
    [InlineData("null", "403")]
    [InlineData("http://evil.example", "403")]
    [InlineData("https://shop.example.evil", "403")]
    [InlineData("https://a, https://shop.example", "403")]
    [InlineData("https://shop.example", "200")]
    [InlineData("https://own.example", "200")]
    [InlineData("http://OWN.example", "200")]
    [InlineData("ftp://own.example", "403")]
    [InlineData(null, "200")]
    public async Task A_WebSocket_is_for_the_pages_that_the_route_lets_in(string? origin, string expected)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync(
            "routes: [{ path: /x, service: backend, cors: { origins: ['https://shop.example'] } }]", ("backend", [echo.Address]));
        var seen = await gateway.SendRawAsync(
            $"GET /x HTTP/1.1\r\nHost: own.example\r\n{Upgrade}\r\n{(origin is null ? "" : $"Origin: {origin}\r\n")}\r\nGET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {expected} ", seen);
        Assert.Equal(expected == "403", seen.Contains("urn:portolan:problem:origin-not-allowed"));
    }

    [Fact]
    public async Task So_it_is_on_HTTP_2()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync("routes: [{ path: /x, service: backend, cors: { origins: ['https://shop.example'] } }]", echo);

        Assert.Equal("403", await AskAsync(gateway, "/x", ("origin", "https://evil.example")));
        Assert.Equal("502", await AskAsync(gateway, "/x", ("origin", "https://shop.example")));
    }

    private static async Task<string> AskAsync(Gateway gateway, string path, params (string, string)[] more)
    {
        using var client = await RawHttp2.ConnectAsync(gateway.Address);
        await client.SendHeadersAsync(
            1, end: false, [(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", path), (":authority", "a"), ("sec-websocket-version", "13"), .. more]);
        return await client.ResultAsync(1);
    }

    private static Task<Gateway> StartAsync(string yaml, Upstream service) => Gateway.StartAsync(
        yaml,
        services => services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2)),
        ("backend", [service.Address]));
}
