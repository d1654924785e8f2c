using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Transforms;

public sealed class TransformTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Headers_of_a_request_are_set_added_and_removed()
    {
        var seen = await SeenAsync(
            "request: { headers: { set: { X-Tenant: 't-{id}', X-Old: new }, add: { X-List: b }, remove: [Cookie] } }",
            "/api/7%250d", "X-Old: old", "X-List: a", "Cookie: secret=1");

        Assert.Contains("X-Tenant: t-7%250d\n", seen);
        Assert.Contains("X-Old: new\n", seen);
        Assert.DoesNotContain("old", seen);
        Assert.Matches("X-List: a(, |\nX-List: )b\n", seen);
        Assert.DoesNotContain("secret", seen);
    }

    [Theory]
    [InlineData("stripPrefix: /api", "/7")]
    [InlineData("addPrefix: /v1", "/v1/api/7")]
    [InlineData("stripPrefix: /api/, addPrefix: /v1/", "/v1/7")]
    public async Task The_beginning_of_a_path_goes_and_comes(string prefixes, string expected) =>
        Assert.Contains($"\n\nGET {expected}?a=1\n", Lines(await SeenAsync($"request: {{ {prefixes} }}", "/api/7?a=1")));

    [Fact]
    public async Task A_query_changes_where_it_shall_and_stays_byte_for_byte_elsewhere()
    {
        var seen = await SeenAsync(
            "request: { query: { set: { lang: 'd e&' }, add: { tag: '{id}' }, remove: [debug] } }",
            "/api/a%20b?x=%7e&debug=1&de%62ug=2&lang=en&tag=x&flag");

        Assert.Contains("GET /api/a%20b?x=%7e&tag=x&flag&lang=d%20e%26&tag=a%20b\n", seen);
    }

    [Fact]
    public async Task Fields_of_a_request_are_set_removed_and_renamed()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync(
            "request: { json: { set: { id: '{id}', count: 5, meta.source: web, text: '5' }, remove: [admin, items.cost], rename: { name: title } } }", echo);
        using var body = new StringContent(
            """{"name":"Ä","admin":true,"price":1.10,"items":[{"cost":1,"n":1},{"cost":2,"n":2}]}""", Encoding.UTF8, "application/json");
        using var response = await gateway.Client.PostAsync("/api/a%20b", body, Token);

        var seen = await response.Content.ReadAsStringAsync(Token);
        const string Changed = """{"title":"Ä","price":1.10,"items":[{"n":1},{"n":2}],"id":"a b","count":5,"meta":{"source":"web"},"text":"5"}""";
        Assert.EndsWith("\n\n" + Changed, seen);
        Assert.Contains($"Content-Length: {Encoding.UTF8.GetByteCount(Changed)}\n", seen);
        Assert.DoesNotContain("Transfer-Encoding", seen);
    }

    [Theory]
    [InlineData("{", "application/json", 400)]
    [InlineData("""{"admin":1,"admin":2}""", "application/json", 400)]
    [InlineData("""{"a":"0123456789012345678901234567890123456789"}""", "application/json", 413)]
    [InlineData("{", "text/plain", 200)]
    public async Task A_body_that_cannot_be_changed_goes_nowhere(string text, string type, int status)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync("request: { json: { remove: [admin], maxSize: 40B } }", echo);
        using var body = new StringContent(text, Encoding.UTF8, type);
        using var response = await gateway.Client.PostAsync("/api/1", body, Token);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task An_answers_head_and_body_are_changed_and_its_length_is_right()
    {
        await using var backend = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = 201;
            context.Response.ContentType = "application/hal+json; charset=utf-8";
            context.Response.Headers["X-Powered-By"] = "them";
            context.Response.Headers["Content-MD5"] = "x";
            Assert.Equal("", context.Request.Headers.AcceptEncoding.ToString());
            return context.Response.WriteAsync("""[{"secret":1,"kept":"é"},{"secret":2}]""");
        });
        await using var gateway = await StartAsync(
            "response: { headers: { set: { X-Route: '{id}' }, remove: [X-Powered-By] }, status: { 201: 200 }, json: { remove: [secret] } }", backend);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/7");
        request.Headers.Add("Accept-Encoding", "gzip");
        using var response = await gateway.Client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("7", Assert.Single(response.Headers.GetValues("X-Route")));
        Assert.False(response.Headers.Contains("X-Powered-By"));
        Assert.False(response.Content.Headers.Contains("Content-MD5"));
        Assert.Equal("""[{"kept":"é"},{}]""", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal(Encoding.UTF8.GetByteCount("""[{"kept":"é"},{}]"""), response.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("not json", null)]
    [InlineData("""{"secret":1,"secret":2}""", null)]
    [InlineData("""{"secret":"0123456789012345678901234567890123456789"}""", null)]
    [InlineData("{}", "gzip")]
    public async Task An_answer_that_cannot_be_changed_shows_nothing(string text, string? encoding)
    {
        await using var backend = await Upstream.StartAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers["X-Secret"] = "1";
            if (encoding is not null)
            {
                context.Response.Headers.ContentEncoding = encoding;
                await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
                await gzip.WriteAsync(Encoding.UTF8.GetBytes(text));
                return;
            }

            await context.Response.WriteAsync(text);
        });
        await using var gateway = await StartAsync("response: { json: { remove: [secret], maxSize: 40B } }", backend);
        using var response = await gateway.Client.GetAsync("/api/7", Token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.False(response.Headers.Contains("X-Secret"));
        Assert.Contains("urn:portolan:problem:bad-gateway", await response.Content.ReadAsStringAsync(Token));
    }

    [Theory]
    [InlineData("Content-Type: application/json, text/plain")]
    [InlineData("Content-Type: application/json\r\nContent-Type: text/plain")]
    [InlineData("Content-Type: text/plain\r\nContent-Type: application/json")]
    [InlineData("Content-Type: application/json;charset=utf-8;x y")]
    [InlineData("Content-Type: \"application/json\"")]
    [InlineData("Content-Type: application/json ; a=\"")]
    [InlineData("Content-Type:")]
    public async Task A_body_that_a_service_may_take_for_json_does_not_pass_by_a_removal(string type)
    {
        const string Body = """{"admin":true}""";
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync("request: { json: { remove: [admin] } }", echo);
        var seen = await gateway.SendRawAsync($"POST /api/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{type}\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

        Assert.StartsWith("HTTP/1.1 415 ", seen);
        Assert.Contains("urn:portolan:problem:unsupported-media-type", seen);
    }

    [Theory]
    [InlineData("Content-Type: text/plain\r\n")]
    [InlineData("Content-Type: application/x-www-form-urlencoded\r\n")]
    [InlineData("")]
    public async Task A_body_of_another_kind_passes_as_it_comes(string type)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync("request: { json: { remove: [admin] } }", echo);

        Assert.Contains("\n\nhello", await gateway.SendRawAsync($"POST /api/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{type}Content-Length: 5\r\n\r\nhello"));
    }

    [Fact]
    public async Task What_is_no_json_passes_as_it_comes()
    {
        await using var backend = await Upstream.StartAsync(context => context.Response.WriteAsync("{\"secret\":1}"));
        await using var gateway = await StartAsync("response: { json: { remove: [secret] } }", backend);

        Assert.Equal("{\"secret\":1}", await gateway.Client.GetStringAsync("/api/7", Token));
        Assert.Contains("200 OK", await gateway.SendRawAsync("HEAD /api/7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    }

    [Fact]
    public async Task An_answer_that_is_not_changed_in_its_body_is_streamed()
    {
        var goOn = new TaskCompletionSource();
        await using var backend = await Upstream.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await goOn.Task;
            await context.Response.WriteAsync("second");
        });
        await using var gateway = await StartAsync("response: { headers: { set: { X-A: b } } }", backend);
        using var response = await gateway.Client.GetAsync("/api/7", HttpCompletionOption.ResponseHeadersRead, Token);
        await using var body = await response.Content.ReadAsStreamAsync(Token);
        var buffer = new byte[100];
        Assert.Equal(5, await body.ReadAtLeastAsync(buffer, 5, cancellationToken: Token));
        goOn.SetResult();
        Assert.Equal(6, await body.ReadAtLeastAsync(buffer, 6, cancellationToken: Token));
        Assert.Equal("b", Assert.Single(response.Headers.GetValues("X-A")));
    }

    [Fact]
    public async Task Errors_of_the_gateway_are_changed_too()
    {
        await using var gateway = await Gateway.StartAsync(
            Routes("response: { status: { 503: 500 }, headers: { set: { X-A: b } } }"), ("backend", [RawServer.NobodyThere()]));
        using var response = await gateway.Client.GetAsync("/api/7", Token);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("b", Assert.Single(response.Headers.GetValues("X-A")));
        Assert.Contains("service-unreachable", await response.Content.ReadAsStringAsync(Token));
    }

    [Theory]
    [InlineData("request: { headers: { set: { Connection: close } } }", "'Connection' is the gateway's own")]
    [InlineData("request: { headers: { set: { X_Forwarded_For: a } } }", "'X_Forwarded_For' is the gateway's own")]
    [InlineData("request: { headers: { remove: [Content-Length] } }", "'Content-Length' is the gateway's own")]
    [InlineData("request: { headers: { set: { X-A: \"a\\r\\nb\" } } }", "a character that no header can have")]
    [InlineData("request: { headers: { set: { 'X A': a } } }", "'X A' is no header's name")]
    [InlineData("request: { headers: { set: { X-A: '{nr}' } } }", "{nr} is no part of the route's path")]
    [InlineData("request: { headers: { set: { X-A: [a] } } }", "expected one value as 'X-A'")]
    [InlineData("request: { headers: { change: { X-A: a } } }", "unknown key 'change'")]
    [InlineData("request: { stripPrefix: /ap }", "does not begin with the segments of '/ap'")]
    [InlineData("request: { addPrefix: v1 }", "is no beginning of a path")]
    [InlineData("request: { addPrefix: /v1 }\n    rewrite: /x", "'rewrite' already says the whole path")]
    [InlineData("request: { json: { rename: { a: b.c } } }", "is no name of a field")]
    [InlineData("request: { json: { remove: [a..b] } }", "is no way to a field")]
    [InlineData("response: { status: { 404: 204 } }", "maps numbers from 200 to 599")]
    [InlineData("response: { status: { gone: 404 } }", "maps numbers from 200 to 599")]
    [InlineData("response: { json: { remove: [a], maxSize: 0 } }", "must be 1 byte to 64MB")]
    public void What_is_wrong_with_a_transform_is_told(string transform, string expected) =>
        Assert.Contains(expected, ConfigText.ProblemsOf(Routes(transform)));

    private static string Lines(string raw) => "\n\n" + raw[raw.IndexOf("GET ", StringComparison.Ordinal)..];

    private static string Routes(string policy) => $"routes:\n  - path: '/api/{{id}}'\n    service: backend\n    {policy}";

    private static Task<Gateway> StartAsync(string policy, Upstream backend) => Gateway.StartAsync(Routes(policy), ("backend", [backend.Address]));

    private static async Task<string> SeenAsync(string policy, string target, params string[] headers)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync(policy, echo);
        return await gateway.GetRawAsync(target, headers);
    }
}
