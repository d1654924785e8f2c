using System.Collections.Concurrent;
using System.Net;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Edge;

/// <summary>What HTTP/2 can say and HTTP/1.1 must not: written out as it is it would be another request there, or two.</summary>
public sealed class Http2AttackTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string, string> Attacks { get; } = new()
    {
        // Header values.
        { "x-a", "b\r\nX-Evil: 1" }, { "x-a", "b\nX-Evil: 1" }, { "x-a", "b\rc" }, { "x-a", "b\0c" }, { "x-a", "b\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n" },

        // Header names.
        { "x-a\r\nx-evil", "1" }, { "x-a: 1\r\nx-evil", "1" }, { "x a", "1" }, { "x:a", "1" }, { "X-Upper", "1" }, { "", "1" }, { "x\0a", "1" }, { "x-\u00e9", "1" },

        // What frames a message or concerns a connection.
        { "transfer-encoding", "chunked" }, { "transfer-encoding", "identity" }, { "connection", "close" }, { "connection", "x-a" }, { "keep-alive", "1" },
        { "upgrade", "websocket" }, { "proxy-connection", "keep-alive" }, { "te", "gzip" }, { "te", "trailers, chunked" },
        { "content-length", "3" }, { "content-length", "7" }, { "content-length", "5, 5" }, { "content-length", "0x5" }, { "content-length", "-1" },

        // Pseudo headers.
        { ":path", "/smuggled" }, { ":method", "GET" }, { ":authority", "b" }, { ":evil", "1" }, { ":status", "200" },
    };

    public static TheoryData<string, string> Lines { get; } = new()
    {
        { ":path", "/x y" }, { ":path", "/x HTTP/1.1\r\nX-Evil: 1\r\nX:" }, { ":path", "x" }, { ":path", "" }, { ":path", "*" }, { ":path", "/x#y" }, { ":path", "/x\ty" },
        { ":path", "/x/../y" }, { ":path", "/x/%2e%2e/y" }, { ":path", "//x" }, { ":path", "/x\\y" }, { ":path", "http://b/x" }, { ":path", "/x\u00e9" },
        { ":method", "POST /smuggled HTTP/1.1\r\nX:" }, { ":method", "PO ST" }, { ":method", "" }, { ":method", "P\u00d6ST" },
        { ":authority", "a b" }, { ":authority", "a\r\nX-Evil: 1" }, { ":authority", "user@a" }, { ":authority", "a/b" }, { ":authority", "a:port" }, { ":authority", "a, b" },
        { ":scheme", "https" }, { ":scheme", "http\r\nx" },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_header_that_would_be_something_else_on_HTTP_1_never_gets_there(string name, string value) =>
        await AssertRefusedAsync([(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/x"), (name, value)]);

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_request_line_that_would_be_something_else_on_HTTP_1_never_gets_there(string name, string value) =>
        await AssertRefusedAsync([.. new[] { (":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/x") }.Select(header => header.Item1 == name ? (name, value) : header)]);

    [Theory]
    [InlineData(":method")]
    [InlineData(":scheme")]
    [InlineData(":path")]
    public async Task A_request_without_its_line_is_none(string missing) =>
        await AssertRefusedAsync([.. new[] { (":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/x") }.Where(header => header.Item1 != missing)]);

    [Fact]
    public async Task A_pseudo_header_behind_the_others_is_none() =>
        await AssertRefusedAsync([(":method", "POST"), (":scheme", "http"), (":path", "/x"), ("x-a", "1"), (":authority", "a")]);

    [Fact]
    public async Task Trailers_do_not_become_headers()
    {
        var (came, outcome) = await SendAsync(
            [(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/x")],
            Http2Wire.Frame(Http2Wire.Headers, Http2Wire.EndStream | Http2Wire.EndHeaders, 1, Http2Wire.Block([("x-user-id", "evil"), ("content-length", "1"), ("host", "evil")])));

        Assert.Matches("^(200|400|reset|ended)$", outcome);
        Assert.DoesNotContain("evil", string.Concat(came));
    }

    [Fact]
    public async Task The_authority_is_the_host_whatever_a_host_header_says()
    {
        var (came, outcome) = await SendAsync([(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/x"), ("host", "evil")]);

        Assert.Matches("^(200|400|reset)$", outcome);
        Assert.DoesNotContain("evil", string.Concat(came));
    }

    [Theory]
    [InlineData("+5")]
    [InlineData("-0")]
    [InlineData("\u000b5")]
    [InlineData("5\u000c")]
    [InlineData("5, 5")]
    [InlineData("")]
    [InlineData("000000000000000000000000000005")]
    public async Task A_length_that_is_not_digits_alone_is_none(string length) =>
        await AssertRefusedAsync([(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/x"), ("content-length", length)]);

    [Fact]
    public async Task An_answer_that_breaks_off_is_reset_and_never_looks_whole()
    {
        foreach (var answer in new[] { "Content-Length: 10\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n" })
        {
            using var server = new RawServer(RawServer.Answering("HTTP/1.1 200 OK\r\n" + answer));
            await using var gateway = await Gateway.InFrontOfAsync(http2: true, server.Address);
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "/x")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

            await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.Client.SendAsync(request, Token));
        }
    }

    private static async Task AssertRefusedAsync((string, string)[] headers)
    {
        var (came, outcome) = await SendAsync(headers);

        Assert.Matches("^(400|404|405|501|reset|ended)$", outcome);
        Assert.Empty(came);
    }

    // What arrived whole at the service, and what the client was told.
    private static async Task<(IReadOnlyCollection<string> Came, string Outcome)> SendAsync((string, string)[] headers, byte[]? behind = null)
    {
        var came = new ConcurrentQueue<string>();
        await using var service = await Upstream.StartAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            came.Enqueue($"{context.Request.Method} {context.Request.Path} {string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}"))}\n");
        });
        await using var gateway = await Gateway.InFrontOfAsync(http2: true, service.Address);
        using var wire = await Http2Wire.ConnectAsync(gateway.Address);
        await wire.SendAsync(
        [
            .. Http2Wire.Frame(Http2Wire.Headers, Http2Wire.EndHeaders, 1, Http2Wire.Block(headers)),
            .. Http2Wire.Frame(Http2Wire.Data, behind is null ? Http2Wire.EndStream : (byte)0, 1, "hello"u8.ToArray()),
            .. behind ?? [],
        ]);
        return (came, await wire.OutcomeAsync(1).WaitAsync(Patience, Token));
    }
}
