using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Forwarding;

public sealed class BodyTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_arrives_as_it_was_sent(bool declared)
    {
        var sent = new byte[700_000];
        Random.Shared.NextBytes(sent);
        byte[] received = [];
        string? framing = null;
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            using var buffer = new MemoryStream();
            await context.Request.Body.CopyToAsync(buffer);
            received = buffer.ToArray();
            framing = context.Request.ContentLength?.ToString() ?? context.Request.Headers.TransferEncoding;
            context.Response.StatusCode = 201;
        });
        await using var gateway = await Gateway.InFrontOfAsync(upstream.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/x") { Content = new ByteArrayContent(sent) };
        request.Headers.TransferEncodingChunked = declared ? null : true;
        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(sent, received);
        Assert.Equal(declared ? "700000" : "chunked", framing);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_413_declared_or_chunked(bool declared)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/x") { Content = new ByteArrayContent(new byte[10_000_000]) };
        request.Headers.TransferEncodingChunked = declared ? null : true;
        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.Contains("X-Request-ID"));
    }

    [Fact]
    public async Task A_body_of_the_limit_passes()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        using var response = await gateway.Client.PostAsync("/x", new ByteArrayContent(new byte[1024 * 1024]));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task An_answer_is_passed_on_piece_by_piece()
    {
        var go = new SemaphoreSlim(0);
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            await context.Response.Body.FlushAsync();
            await go.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await go.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("second");
        });
        await using var gateway = await Gateway.InFrontOfAsync(upstream.Address);
        using var response = await gateway.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[100];

        go.Release();
        Assert.Equal("first", Encoding.ASCII.GetString(buffer, 0, await body.ReadAsync(buffer)));
        go.Release();
        Assert.Equal("second", Encoding.ASCII.GetString(buffer, 0, await body.ReadAsync(buffer)));
        Assert.Equal(0, await body.ReadAsync(buffer));
    }

    [Fact]
    public async Task A_large_answer_is_not_held_in_memory()
    {
        // The service stops writing when nobody reads: what it could write is what the way to the client holds.
        var written = 0L;
        var stalled = new TaskCompletionSource();
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            var piece = new byte[64 * 1024];
            while (written < 200_000_000 && !stalled.Task.IsCompleted)
            {
                var write = context.Response.Body.WriteAsync(piece, context.RequestAborted).AsTask();
                if (await Task.WhenAny(write, Task.Delay(250, CancellationToken.None)) != write)
                {
                    stalled.TrySetResult();
                    return;
                }

                written += piece.Length;
            }
        });
        await using var gateway = await Gateway.InFrontOfAsync(upstream.Address);
        using var response = await gateway.Client.GetAsync("/x", HttpCompletionOption.ResponseHeadersRead);
        await stalled.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.InRange(written, 0, 100_000_000);
    }

    [Fact]
    public async Task A_request_is_passed_on_while_it_is_being_sent()
    {
        var arrived = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            var buffer = new byte[100];
            arrived.SetResult(Encoding.ASCII.GetString(buffer, 0, await context.Request.Body.ReadAsync(buffer)));
            await context.Request.Body.CopyToAsync(Stream.Null);
        });
        await using var gateway = await Gateway.InFrontOfAsync(upstream.Address);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        await socket.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"u8.ToArray());

        Assert.Equal("first", await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nX-Kept: 1\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nX-Kept: 1\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nX-Kept: 1\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nX-Kept: 1\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nX-Kept: 1\r\nContent-Length: 5\r\n\r\n")]
    public async Task An_answer_without_a_body_is_whole(string method, string answer)
    {
        using var server = new RawServer(RawServer.Answering(answer));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/x");
        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(["1"], response.Headers.GetValues("X-Kept"));
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Errors_of_the_service_pass_untouched()
    {
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            context.Response.StatusCode = context.Request.Path == "/empty" ? 404 : 422;
            if (context.Request.Path != "/empty")
            {
                context.Response.ContentType = "application/problem+json";
                await context.Response.WriteAsync("""{"type":"urn:shop:odd"}""");
            }
        });
        await using var gateway = await Gateway.InFrontOfAsync(upstream.Address);
        using var odd = await gateway.Client.GetAsync("/odd");
        using var empty = await gateway.Client.GetAsync("/empty");

        Assert.Equal(422, (int)odd.StatusCode);
        Assert.Equal("""{"type":"urn:shop:odd"}""", await odd.Content.ReadAsStringAsync());
        Assert.Equal(404, (int)empty.StatusCode);
        Assert.Equal("", await empty.Content.ReadAsStringAsync());
    }
}
