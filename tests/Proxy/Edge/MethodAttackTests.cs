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
    [InlineData("TRACE")]
    [InlineData("trace")]
    [InlineData("TRACK")]
    [InlineData("track")]
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

    [Theory]
    [InlineData("TRACE")]
    [InlineData("track")]
    public void A_route_for_what_never_gets_through_is_an_error(string method) =>
        Assert.Contains("never gets through", ConfigText.ProblemsOf($"routes: [{{ path: /x, service: backend, methods: [{method}] }}]"));

    [Theory]
    [InlineData("/x", "0", "HTTP/1.1 204 ", "Allow: GET, HEAD, OPTIONS\r\n")]
    [InlineData("/x", "000", "HTTP/1.1 204 ", "Allow: GET, HEAD, OPTIONS\r\n")]
    [InlineData("/all/x", "0", "HTTP/1.1 204 ", "")]
    [InlineData("/nowhere", "0", "HTTP/1.1 404 ", "")]
    [InlineData("/x", "1", "HTTP/1.1 200 ", "Max-Forwards: 0\n")]
    [InlineData("/x", "10", "HTTP/1.1 200 ", "Max-Forwards: 9\n")]
    [InlineData("/x", "-1", "HTTP/1.1 200 ", "Max-Forwards: -1\n")]
    [InlineData("/x", "many", "HTTP/1.1 200 ", "Max-Forwards: many\n")]
    public async Task A_question_about_the_way_goes_as_far_as_it_says(string path, string steps, string status, string expected)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync(
            "routes: [{ path: /x, service: backend, methods: [GET, OPTIONS] }, { path: '/all/{**rest}', service: backend }]", ("backend", [echo.Address]));
        var seen = await gateway.SendRawAsync($"OPTIONS {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nMax-Forwards: {steps}\r\n\r\n");

        Assert.StartsWith(status, seen);
        Assert.Contains(expected, seen);
        Assert.Contains("Max-Forwards: 0\n", await gateway.GetRawAsync("/x", "Max-Forwards: 0"));
    }

    [Fact]
    public async Task Methods_that_nobody_knows_still_pass_as_they_are()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);

        Assert.Contains("Purge-It /x", await gateway.SendRawAsync("Purge-It /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    }
}
