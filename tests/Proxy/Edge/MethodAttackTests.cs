using System.Net.Sockets;
using System.Text;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Edge;

/// <summary>Methods are compared exactly: <c>head</c> is a method that nobody knows, and not HEAD.</summary>
public sealed class MethodAttackTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("head")]
    [InlineData("Head")]
    [InlineData("get")]
    [InlineData("gEt")]
    [InlineData("post")]
    [InlineData("Options")]
    [InlineData("connect")]
    [InlineData("delete")]
    public async Task A_method_in_other_letters_is_501_and_reaches_nobody(string method)
    {
        var came = 0;
        using var server = new RawServer(async socket =>
        {
            while ((await RawServer.ReadHeadAsync(socket)).Length > 0)
            {
                came++;
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
            }
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        var seen = await gateway.SendRawAsync($"{method} /x HTTP/1.1\r\nHost: a\r\n\r\n{method} /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.Equal(2, seen.Split("HTTP/1.1 501 ").Length - 1);
        Assert.Contains("urn:portolan:problem:not-implemented", seen);
        Assert.Equal(0, came);
    }

    [Theory]
    [InlineData("head")]
    [InlineData("get")]
    public async Task Nor_over_http_2(string method)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(http2: true, echo.Address);
        using var client = await RawHttp2.ConnectAsync(gateway.Address);
        await client.SendHeadersAsync(1, end: true, (":method", method), (":scheme", "http"), (":path", "/x"), (":authority", "a"));

        Assert.Equal("501", await client.ResultAsync(1));
    }

    [Fact]
    public async Task The_body_that_a_service_sends_to_head_never_becomes_the_next_clients_answer()
    {
        using var server = new RawServer(async socket =>
        {
            while (await RawServer.ReadHeadAsync(socket) is { Length: > 0 } head)
            {
                // As a service does that goes by the letters: only HEAD has no body. The body comes later than the head.
                await socket.SendAsync(Encoding.ASCII.GetBytes(head.StartsWith("GET", StringComparison.Ordinal)
                    ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                    : "HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n"));
                if (head.StartsWith("head", StringComparison.Ordinal))
                {
                    await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"u8.ToArray());
                }
            }
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        for (var round = 0; round < 5; round++)
        {
            await gateway.SendRawAsync("head /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            Assert.Equal("ok", await gateway.Client.GetStringAsync("/x", Token));
        }
    }

    [Fact]
    public async Task Methods_that_nobody_knows_still_pass_as_they_are()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);

        Assert.Contains("Purge-It /x", await gateway.SendRawAsync("Purge-It /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    }
}
