using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Compression;

public sealed class CompressionTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private static readonly string Long = string.Concat(Enumerable.Repeat("{\"name\":\"value\"},", 500));

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br", "br")]
    [InlineData("gzip, br", "br")]
    [InlineData("gzip;q=1, br;q=0.5", "gzip")]
    [InlineData("*", "br")]
    [InlineData("br;q=0, *", "gzip")]
    [InlineData("deflate, identity", null)]
    [InlineData("gzip;q=0", null)]
    [InlineData(null, null)]
    public async Task An_answer_is_compressed_as_the_client_likes_it(string? accepted, string? expected)
    {
        await using var backend = await Upstream.StartAsync(context =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.Headers.ETag = "\"one\"";
            context.Response.ContentLength = Long.Length;
            return context.Response.WriteAsync(Long);
        });
        await using var gateway = await StartAsync("true", backend);
        using var answer = await GetAsync(gateway, accepted);

        Assert.Equal(expected, answer.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal(Long, await ReadAsync(answer));
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
        Assert.Equal(expected is not null, answer.Headers.ETag!.IsWeak);
        Assert.Equal(expected is null ? Long.Length : null, answer.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("image/png", null, null, 5000)]
    [InlineData("text/event-stream", null, null, 5000)]
    [InlineData("text/plain", "no-transform, max-age=5", null, 5000)]
    [InlineData("text/plain", null, "zstd", 5000)]
    [InlineData("text/plain", null, null, 1023)]
    [InlineData("", null, null, 5000)]
    public async Task What_gains_nothing_by_it_or_must_stay_is_left_as_it_is(string type, string? cacheControl, string? encoding, int length)
    {
        await using var backend = await Upstream.StartAsync(context =>
        {
            context.Response.ContentType = type.Length == 0 ? null : type;
            context.Response.Headers.CacheControl = cacheControl;
            context.Response.Headers.ContentEncoding = encoding;
            context.Response.ContentLength = length;
            return context.Response.WriteAsync(new string('a', length));
        });
        await using var gateway = await StartAsync("true", backend);
        using var answer = await GetAsync(gateway, "br, gzip");

        Assert.Equal(encoding, answer.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal(length, answer.Content.Headers.ContentLength);
        Assert.Empty(answer.Headers.Vary);
    }

    [Fact]
    public async Task Types_and_sizes_can_be_chosen()
    {
        await using var backend = await Upstream.StartAsync(context =>
        {
            context.Response.ContentType = context.Request.Query["type"];
            context.Response.ContentLength = 10;
            return context.Response.WriteAsync("0123456789");
        });
        await using var gateway = await StartAsync("{ types: [text/css, application/*+json], minSize: 10B, encodings: [gzip] }", backend);
        foreach (var (type, expected) in new[] { ("text/css", true), ("text/csss", false), ("application/hal%2Bjson", true), ("application/json", false), ("text/html", false) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/x?type=" + type);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "br, gzip");
            using var answer = await gateway.Client.SendAsync(request, Token);
            Assert.Equal((type, expected), (type, answer.Content.Headers.ContentEncoding.Contains("gzip")));
        }
    }

    [Fact]
    public async Task What_a_service_sends_bit_by_bit_arrives_bit_by_bit()
    {
        var goOn = new TaskCompletionSource();
        await using var backend = await Upstream.StartAsync(async context =>
        {
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await goOn.Task;
            await context.Response.WriteAsync("second");
        });
        await using var gateway = await StartAsync("true", backend);
        using var answer = await GetAsync(gateway, "gzip");
        await using var body = new GZipStream(await answer.Content.ReadAsStreamAsync(Token), CompressionMode.Decompress);
        var buffer = new byte[100];
        var read = await body.ReadAtLeastAsync(buffer, 5, cancellationToken: Token);
        goOn.SetResult();
        read += await body.ReadAtLeastAsync(buffer.AsMemory(read), 6, throwOnEndOfStream: false, cancellationToken: Token);

        Assert.Equal("firstsecond", Encoding.UTF8.GetString(buffer, 0, read));
    }

    [Fact]
    public async Task Half_an_answer_does_not_look_like_a_whole_one()
    {
        using var server = new RawServer(RawServer.Answering(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5000\r\n\r\n" + new string('a', 2000)));
        await using var gateway = await Gateway.StartAsync(Routes("true"), ("backend", [server.Address]));

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using var answer = await GetAsync(gateway, "gzip");
            await ReadAsync(answer);
        });
    }

    [Fact]
    public async Task Neither_a_head_nor_an_answer_without_a_body_is_touched_in_its_body()
    {
        await using var backend = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Query.ContainsKey("none") ? 304 : 200;
            context.Response.ContentType = "text/plain";
            return Task.CompletedTask;
        });
        await using var gateway = await StartAsync("true", backend);
        foreach (var target in new[] { "/x", "/x?none" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, target);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
            using var answer = await gateway.Client.SendAsync(request, Token);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Token));
        }

        using var unchanged = await gateway.Client.GetAsync("/x?none", Token);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Theory]
    [InlineData("{ types: [json] }", "'json' is no media type")]
    [InlineData("{ encodings: [zip] }", "'zip' is neither br nor gzip")]
    [InlineData("{ encodings: [] }", "compresses nothing")]
    [InlineData("perhaps", "expected true or false")]
    public void What_is_wrong_with_compression_is_told(string compression, string expected) => Assert.Contains(expected, ConfigText.ProblemsOf(Routes(compression)));

    private static string Routes(string compression) => $"routes:\n  - path: /x\n    service: backend\n    compression: {compression}";

    private static Task<Gateway> StartAsync(string compression, Upstream backend) => Gateway.StartAsync(Routes(compression), ("backend", [backend.Address]));

    private static async Task<HttpResponseMessage> GetAsync(Gateway gateway, string? accepted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x");
        if (accepted is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        }

        return await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    private static async Task<string> ReadAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStreamAsync(Token);
        await using var plain = answer.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            "br" => (Stream)new BrotliStream(body, CompressionMode.Decompress),
            _ => body,
        };
        using var reader = new StreamReader(plain);
        return await reader.ReadToEndAsync(Token);
    }
}
