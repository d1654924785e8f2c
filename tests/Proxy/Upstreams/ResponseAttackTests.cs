using System.Net;
using System.Text;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Upstreams;

/// <summary>What a broken or hostile service may answer, and what must not come of it.</summary>
public sealed class ResponseAttackTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 0\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: 1\nX-B: 2\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: 1\r\n folded\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: nameless\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX A: 1\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: 1\r2\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n")]
    public async Task A_head_that_two_readers_could_read_differently_is_502(string answer)
    {
        using var server = new RawServer(RawServer.Answering(answer));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        using var response = await gateway.Client.GetAsync("/x", Token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
    }

    [Theory]
    [InlineData("0x3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("+3\r\nabc\r\n0\r\n\r\n")]
    [InlineData(" 3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3_0\r\nabc\r\n0\r\n\r\n")]
    [InlineData("\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3;a\nb\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3;a\rb\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3\nabc\r\n0\r\n\r\n")]
    [InlineData("3\r\nabcXX0\r\n\r\n")]
    [InlineData("3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("3\r\nabc\r\n")]
    [InlineData("3\r\nabc\r\n0\r\n")]
    [InlineData("3\r\nab")]
    [InlineData("fffffffffffffffff\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3\r\nabc\r\n0\r\nno colon\r\n\r\n")]
    [InlineData("3\r\nabc\r\n0\r\n\"X\": 1\r\n\r\n")]
    public async Task Chunks_that_are_none_never_look_like_a_whole_body(string chunks)
    {
        using var server = new RawServer(RawServer.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.Client.GetStringAsync("/x", Token));
    }

    [Theory]
    [InlineData("204 No Content\r\nContent-Length: 6")]
    [InlineData("204 No Content\r\nTransfer-Encoding: chunked")]
    [InlineData("204 No Content")]
    [InlineData("205 Reset Content\r\nContent-Length: 6")]
    [InlineData("205 Reset Content")]
    [InlineData("304 Not Modified\r\nContent-Length: 6")]
    [InlineData("304 Not Modified\r\nTransfer-Encoding: chunked")]
    public async Task A_body_where_there_is_none_by_the_status_is_nobodys(string head)
    {
        using var server = new RawServer(async socket =>
        {
            while ((await RawServer.ReadHeadAsync(socket)).Length > 0)
            {
                await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\n\r\npoison"));
            }
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        for (var request = 0; request < 5; request++)
        {
            using var response = await gateway.Client.GetAsync("/x", Token);
            Assert.Equal(head[..3], ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal("", await response.Content.ReadAsStringAsync(Token));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoi")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\npoi")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")]
    public async Task What_breaks_off_or_was_not_asked_for_never_looks_like_an_answer(string answer)
    {
        using var server = new RawServer(RawServer.Answering(answer));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        try
        {
            using var response = await gateway.Client.GetAsync("/x", Token);
            Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        }
        catch (HttpRequestException)
        {
            // A connection that ends within the body says as much.
        }
    }

    [Fact]
    public async Task What_comes_behind_an_answer_is_nobodys()
    {
        using var server = new RawServer(async socket =>
        {
            // On every connection: an answer, and a second one that nobody asked for.
            while ((await RawServer.ReadHeadAsync(socket)).Length > 0)
            {
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nyoursHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"u8.ToArray());
            }
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        for (var request = 0; request < 5; request++)
        {
            Assert.Equal("your", await gateway.Client.GetStringAsync("/x", Token));
        }
    }

    [Fact]
    public async Task Clients_that_are_too_slow_for_a_service_do_not_open_its_circuit()
    {
        using var server = new RawServer(async socket =>
        {
            var head = await RawServer.ReadHeadAsync(socket);
            var slow = head.StartsWith("POST", StringComparison.Ordinal);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(slow ? "408 Request Timeout" : "200 OK")}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        for (var client = 0; client < 30; client++)
        {
            using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port, Token);
            await socket.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf"u8.ToArray(), Token);
            var buffer = new byte[4096];
            var length = await socket.ReceiveAsync(buffer, Token);
            Assert.StartsWith("HTTP/1.1 408 ", Encoding.ASCII.GetString(buffer, 0, length));
        }

        using var response = await gateway.Client.GetAsync("/x", Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Interim_answers_without_end_are_given_up()
    {
        using var server = new RawServer(async socket =>
        {
            await RawServer.ReadHeadAsync(socket);
            for (var answer = 0; answer < 1000; answer++)
            {
                await socket.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"u8.ToArray());
            }
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        using var response = await gateway.Client.GetAsync("/x", Token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
    }

    [Fact]
    public async Task A_head_without_end_is_given_up()
    {
        using var server = new RawServer(RawServer.Answering($"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Repeat("X-Long: " + new string('a', 1000) + "\r\n", 100))}\r\n"));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        using var response = await gateway.Client.GetAsync("/x", Token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
    }

    [Fact]
    public async Task A_kept_connection_that_was_closed_costs_a_repeatable_request_nothing_and_no_other_is_repeated()
    {
        var posts = 0;
        using var server = new RawServer(async socket =>
        {
            // Answers once, then closes as soon as it is asked again.
            var first = await RawServer.ReadHeadAsync(socket);
            posts += first.StartsWith("POST", StringComparison.Ordinal) ? 1 : 0;
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
            posts += (await RawServer.ReadHeadAsync(socket)).StartsWith("POST", StringComparison.Ordinal) ? 1 : 0;
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);

        Assert.Equal("ok", await gateway.Client.GetStringAsync("/x", Token));
        Assert.Equal("ok", await gateway.Client.GetStringAsync("/x", Token));
        using var response = await gateway.Client.PostAsync("/x", null, Token);
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(1, posts);
    }

    [Theory]
    [InlineData(UpstreamProtocol.Http1)]
    [InlineData(UpstreamProtocol.Framework)]
    public async Task An_answer_arrives_whole_however_it_is_cut(UpstreamProtocol protocol)
    {
        var body = new byte[3000];
        Random.Shared.NextBytes(body);
        var chunks = string.Concat(body.Chunk(700).Select(chunk => $"{chunk.Length:x};x=y\r\n{Encoding.Latin1.GetString(chunk)}\r\n")) + "0\r\n\r\n";
        var answers = new[]
        {
            $"HTTP/1.1 200 OK\r\nX-Kept: a\r\nX-Kept: b\r\nContent-Length: {body.Length}\r\n\r\n{Encoding.Latin1.GetString(body)}",
            $"HTTP/1.1 200 OK\r\nX-Kept: a\r\nX-Kept: b\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}",
            $"HTTP/1.0 200 OK\r\nX-Kept: a\r\nX-Kept: b\r\n\r\n{Encoding.Latin1.GetString(body)}",
        };
        foreach (var answer in answers)
        {
            foreach (var cut in new[] { 1, 3, 64, 1000, 100_000 })
            {
                using var server = new RawServer(async socket =>
                {
                    socket.NoDelay = true;
                    await RawServer.ReadHeadAsync(socket);
                    foreach (var piece in Encoding.Latin1.GetBytes(answer).Chunk(cut))
                    {
                        await socket.SendAsync(piece);
                    }

                    socket.Shutdown(System.Net.Sockets.SocketShutdown.Both);
                });
                await using var gateway = await Gateway.InFrontOfAsync(http2: false, server.Address, protocol);
                using var response = await gateway.Client.GetAsync("/x", Token);

                Assert.Equal(body, await response.Content.ReadAsByteArrayAsync(Token));
                Assert.Equal(["a", "b"], response.Headers.GetValues("X-Kept"));
            }
        }
    }
}
