using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Listening;

/// <summary>What HTTP/2 can say and HTTP/1.1 would understand as something else. The service speaks HTTP/1.1 and notes what came.</summary>
public sealed class DowngradeTests
{
    private const string Smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    [Theory]
    [InlineData("x-odd", "a\r\nX-Injected: b")]
    [InlineData("x-odd", "a\r\n\r\n" + Smuggled)]
    [InlineData("x-odd", "a\nX-Injected: b")]
    [InlineData("x-odd", "a\rX-Injected: b")]
    [InlineData("x-odd", "a\0b")]
    [InlineData("x-odd: b\r\nx-injected", "c")]
    [InlineData("x odd", "a")]
    [InlineData("x:odd", "a")]
    [InlineData("X-Odd", "a")]
    [InlineData("", "a")]
    [InlineData("connection", "x-forwarded-for")]
    [InlineData("transfer-encoding", "chunked")]
    [InlineData("keep-alive", "timeout=5")]
    [InlineData("proxy-connection", "keep-alive")]
    [InlineData("upgrade", "websocket")]
    [InlineData("te", "gzip")]
    [InlineData("content-length", "5")]
    [InlineData("content-length", "-5")]
    [InlineData("content-length", "0x0")]
    [InlineData(":path", "/again")]
    [InlineData(":status", "200")]
    public async Task A_field_that_HTTP_1_would_read_otherwise_never_passes(string name, string value)
    {
        var (result, came) = await AskAsync([(":method", "POST"), (":scheme", "http"), (":path", "/x"), (":authority", "a"), (name, value)]);

        Assert.Contains(result, new[] { "400", "reset", "gone" });
        Assert.Empty(came);
    }

    [Theory]
    [InlineData("/x y")]
    [InlineData("/x HTTP/1.1\r\nHost: b\r\n\r\nGET /smuggled")]
    [InlineData("/x\ty")]
    [InlineData("/x\0")]
    [InlineData("/x\u00e4")]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("http://b/x")]
    [InlineData("/x#fragment")]
    public async Task A_path_that_is_none_never_passes(string path)
    {
        var (result, came) = await AskAsync([(":method", "GET"), (":scheme", "http"), (":path", path), (":authority", "a")]);

        Assert.Contains(result, new[] { "400", "404", "reset", "gone" });
        Assert.Empty(came);
    }

    [Theory]
    [InlineData("GET /y HTTP/1.1\r\nHost: b\r\n\r\nGET", "a")]
    [InlineData("G T", "a")]
    [InlineData("GET", "a b")]
    [InlineData("GET", "a\r\nX-Injected: b")]
    [InlineData("GET", "user@a")]
    [InlineData("GET", "a/b")]
    public async Task A_method_or_host_that_is_none_never_passes(string method, string authority)
    {
        var (result, came) = await AskAsync([(":method", method), (":scheme", "http"), (":path", "/x"), (":authority", authority)]);

        Assert.Contains(result, new[] { "400", "405", "501", "reset", "gone" });
        Assert.Empty(came);
    }

    [Fact]
    public async Task A_body_of_another_length_than_declared_never_passes_as_a_whole()
    {
        foreach (var body in new[] { "abc", "abcdefgh" })
        {
            var (result, came) = await AskAsync(
                [(":method", "POST"), (":scheme", "http"), (":path", "/x"), (":authority", "a"), ("content-length", "5")], body);

            Assert.Contains(result, new[] { "400", "502", "reset", "gone" });
            Assert.Empty(came);
        }
    }

    [Fact]
    public async Task What_is_sound_passes()
    {
        var (result, came) = await AskAsync([(":method", "GET"), (":scheme", "http"), (":path", "/x?a=%20"), (":authority", "a"), ("x-fine", "a\tb")]);

        Assert.Equal("200", result);
        Assert.Equal(["GET /x?a=%20"], came);
    }

    private static async Task<(string Result, ConcurrentQueue<string> Came)> AskAsync((string Name, string Value)[] fields, string? body = null)
    {
        var came = new ConcurrentQueue<string>();
        await using var service = await Upstream.StartAsync(async context =>
        {
            // Only what has come as a whole counts: the rest is broken off.
            await context.Request.Body.CopyToAsync(Stream.Null);
            came.Enqueue($"{context.Request.Method} {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget}");
        });
        await using var gateway = await Gateway.InFrontOfAsync(http2: true, service.Address);
        using var client = await RawHttp2.ConnectAsync(gateway.Address);
        await client.SendHeadersAsync(1, body is null, fields);
        if (body is not null)
        {
            await client.SendDataAsync(1, end: true, body);
        }

        return (await client.ResultAsync(1), came);
    }
}
