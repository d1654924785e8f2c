using System.Net.Sockets;
using System.Text;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Edge;

/// <summary>
/// What two servers in a row could understand differently. Each is sent as bytes, with a second request behind it that must
/// not be reached on the same connection, and a service that notes what came through.
/// </summary>
public sealed class RequestAttackTests
{
    private const string Smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n")]
    [InlineData("Content-Length: 3\r\nContent-Length: 4", "abcd")]
    [InlineData("Content-Length: 3\r\nContent-Length: 3", "abc")]
    [InlineData("Content-Length: 3, 3", "abc")]
    [InlineData("Content-Length: -3", "abc")]
    [InlineData("Content-Length: 0x3", "abc")]
    [InlineData("Content-Length: 99999999999999999999", "abc")]
    [InlineData("Content-Length : 3", "abc")]
    [InlineData("Transfer-Encoding : chunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: ,chunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: \u000bchunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: xchunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n")]
    [InlineData("Transfer-Encoding:\r\n chunked", "0\r\n\r\n")]
    [InlineData("X-Odd: a\nTransfer-Encoding: chunked", "0\r\n\r\n")]
    [InlineData("X-Odd: a\r\n folded", "")]
    [InlineData("X-Odd: a\rb", "")]
    [InlineData("X-Odd: a\0b", "")]
    [InlineData("X Odd: a", "")]
    [InlineData(": a", "")]
    [InlineData("no colon", "")]
    [InlineData("Host: b", "")]
    public async Task A_head_that_is_ambiguous_is_refused_and_ends_the_connection(string headers, string body) =>
        await AssertRefusedAsync($"POST /x HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n{body}");

    [Theory]
    [InlineData("POST /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a@b\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a/b\r\n\r\n")]
    [InlineData("GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\nHost: a\n\n")]
    [InlineData("GET  /x HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /x y HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /x HTTP/1.2\r\nHost: a\r\n\r\n")]
    [InlineData("GET /x HTTP/2.0\r\nHost: a\r\n\r\n")]
    [InlineData("GET /x\r\nHost: a\r\n\r\n")]
    [InlineData("G(T /x HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task A_request_line_or_host_that_is_ambiguous_is_refused(string request) => await AssertRefusedAsync(request);

    [Theory]
    [InlineData("0x3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("+3\r\nabc\r\n0\r\n\r\n")]
    [InlineData(" 3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3_\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3\nabc\r\n0\r\n\r\n")]
    [InlineData("3;a\nb\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3;a\rb\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3\r\nabcXX0\r\n\r\n")]
    [InlineData("ffffffffffffffffff\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3\r\nabc\r\n0\r\nX: a\nb\r\n\r\n")]
    public async Task Chunks_that_are_none_never_reach_the_service_as_a_whole_body(string chunks) =>
        await AssertRefusedAsync($"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");

    [Theory]
    [InlineData("/x//y")]
    [InlineData("/x/./y")]
    [InlineData("/x/../y")]
    [InlineData("/x/%2e%2e/y")]
    [InlineData("/x/%2E/y")]
    [InlineData("/x/..%2fy")]
    [InlineData("/x\\y")]
    [InlineData("/x%5cy")]
    [InlineData("/x%0d%0ay")]
    [InlineData("/x%y")]
    [InlineData("/x%c0%ae%c0%ae/y")]
    public async Task A_path_that_servers_read_differently_is_refused(string path) =>
        await AssertRefusedAsync($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n", closes: false);

    [Theory]
    [InlineData("GET /x%00y HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET x HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\nX-O(dd): a\r\n")]
    public async Task What_no_service_should_see_is_refused(string head)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);

        Assert.Matches("^HTTP/1.1 (400|405) ", await SendAsync(gateway, head + "Connection: close\r\n\r\n"));
    }

    [Fact]
    public async Task What_is_pipelined_is_answered_in_order()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        var seen = await gateway.SendRawAsync(
            "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=\"y\"\r\nabc\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        var places = new[] { "POST /1", "\n\nabc", "GET /2", "GET /3" }.Select(text => seen.IndexOf(text, StringComparison.Ordinal)).ToArray();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public async Task Headers_over_the_limits_are_431()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);

        Assert.StartsWith("HTTP/1.1 431 ", await gateway.GetRawAsync("/x", "X-Large: " + new string('a', 40_000)));
        Assert.StartsWith("HTTP/1.1 431 ", await gateway.GetRawAsync("/x", [.. Enumerable.Range(0, 200).Select(number => $"X-{number}: a")]));
        Assert.StartsWith("HTTP/1.1 414 ", await gateway.GetRawAsync("/" + new string('a', 10_000)));
    }

    private static async Task AssertRefusedAsync(string request, bool closes = true)
    {
        var came = new List<string>();
        await using var service = await Upstream.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            lock (came)
            {
                came.Add($"{context.Request.Method} {context.Request.Path}");
            }
        });
        await using var gateway = await Gateway.InFrontOfAsync(service.Address);
        var seen = await SendAsync(gateway, request + (closes ? Smuggled : "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));

        Assert.Matches("^HTTP/1.1 (400|501|505) ", seen);
        Assert.Empty(came);
        Assert.Equal(closes ? 1 : 2, seen.Split("HTTP/1.1 ").Length - 1);
    }

    // Until the connection ends; a reset behind the answer is an end too.
    private static async Task<string> SendAsync(Gateway gateway, string request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        var seen = new StringBuilder();
        var buffer = new byte[8192];
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        try
        {
            while (await socket.ReceiveAsync(buffer, time.Token) is > 0 and var count)
            {
                seen.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (SocketException)
        {
            // What was answered before counts.
        }

        return seen.ToString();
    }
}
