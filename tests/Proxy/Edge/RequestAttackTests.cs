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
    [InlineData("3;\nabc\r\n0\r\n\r\n")]
    [InlineData("3;\rabc\r\n0\r\n\r\n")]
    [InlineData("-3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("\r\n3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3\r\nabc\n0\r\n\r\n")]
    [InlineData("3\r\nabc0\r\n\r\n")]
    [InlineData("80000000\r\nabc\r\n0\r\n\r\n")]
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
    [InlineData("/x/..;/y")]
    [InlineData("/x/..;a=b/y")]
    [InlineData("/x/.")]
    [InlineData("/x/..")]
    [InlineData("/..")]
    [InlineData("//evil.example/x")]
    [InlineData("/x/%2e%2e/portolan/gateway")]
    [InlineData("/x/../portolan/gateway")]
    [InlineData("/x%0ay")]
    public async Task A_path_that_servers_read_differently_is_refused(string path) =>
        await AssertRefusedAsync($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n", closes: false);

    [Theory]
    [InlineData("GET /x%00y HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET /x%00.css HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET /x?y\u00e9 HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET x HTTP/1.1\r\nHost: a\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: a\r\nX-O(dd): a\r\n")]
    public async Task What_no_service_should_see_is_refused(string head)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);

        Assert.Matches("^HTTP/1.1 (400|405) ", await SendAsync(gateway, head + "Connection: close\r\n\r\n"));
    }

    [Fact]
    public async Task A_body_without_its_last_CRLF_never_becomes_a_whole_one()
    {
        var came = 0;
        await using var service = await Upstream.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            came++;
        });
        await using var gateway = await Gateway.InFrontOfAsync(service.Address);
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
            await socket.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"u8.ToArray());
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[8192];
            while (await EndsAsync(socket, buffer) is false)
            {
            }
        }

        Assert.Equal(0, came);
    }

    [Fact]
    public async Task Trailers_do_not_become_headers_and_do_not_go_on()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        var seen = await gateway.SendRawAsync(
            "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-User-ID: evil\r\nContent-Length: 99\r\nHost: evil\r\nAuthorization: evil\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", seen);
        Assert.Contains("\n\nabc", seen);
        Assert.DoesNotContain("evil", seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Expect: 100-continue\r\n")]
    public async Task What_a_service_did_not_wait_for_is_not_taken_for_the_next_request(string expect)
    {
        // It answers at the head. The client goes on sending its body, in which there is what looks like a request.
        var came = new List<string>();
        using var server = new RawServer(async socket =>
        {
            came.Add(await RawServer.ReadHeadAsync(socket));
            await socket.SendAsync("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"u8.ToArray());

            // What comes here now can only be the body.
            var rest = new byte[8192];
            while (!await EndsAsync(socket, rest))
            {
            }
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        var body = string.Concat(Enumerable.Repeat(Smuggled, 5));
        var seen = await SendAsync(gateway, $"POST /x HTTP/1.1\r\nHost: a\r\n{expect}Content-Length: {body.Length + 10_000}\r\n\r\n", body + new string(' ', 10_000) +
            "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.Contains("HTTP/1.1 401 ", seen);
        Assert.DoesNotContain(came, head => head.StartsWith("GET", StringComparison.Ordinal));
        Assert.InRange(seen.Split("HTTP/1.1 ").Length - 1, 1, 3);
    }

    [Fact]
    public async Task What_follows_an_upgrade_that_was_refused_is_no_request_and_nobodys_answer()
    {
        var heads = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var server = new RawServer(async socket =>
        {
            while (await RawServer.ReadHeadAsync(socket) is { Length: > 0 } head)
            {
                heads.Enqueue(head);
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nnoHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"u8.ToArray());
            }
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        var seen = await SendAsync(
            gateway, "GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
            "GET /portolan/smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        // The second is a request like any other, and goes the way of every other one.
        Assert.DoesNotContain(heads, head => head.Contains("smuggled", StringComparison.Ordinal));
        Assert.DoesNotContain("poison", seen);
        Assert.Equal("no", await gateway.Client.GetStringAsync("/x", TestContext.Current.CancellationToken));
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

    private static Task<string> SendAsync(Gateway gateway, string request) => SendAsync(gateway, request, "");

    // Until the connection ends; a reset behind the answer is an end too.
    private static async Task<string> SendAsync(Gateway gateway, string request, string behind)
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
                if (behind.Length > 0)
                {
                    await socket.SendAsync(Encoding.Latin1.GetBytes(behind));
                    behind = "";
                }
            }
        }
        catch (SocketException)
        {
            // What was answered before counts.
        }

        return seen.ToString();
    }

    private static async Task<bool> EndsAsync(Socket socket, byte[] buffer)
    {
        try
        {
            return await socket.ReceiveAsync(buffer) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
