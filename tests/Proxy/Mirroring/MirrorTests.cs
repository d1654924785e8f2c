using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Mirroring;

public sealed class MirrorTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly ConcurrentQueue<(string Target, string Body, IHeaderDictionary Headers)> copies = new();

    [Fact]
    public async Task The_copy_is_the_request_and_says_what_it_is()
    {
        await using var primary = await Upstream.StartAsync(context => context.Response.WriteAsync("primary"));
        await using var mirror = await Upstream.StartAsync(NoteAsync);
        await using var gateway = await StartAsync("{ service: mirror }", primary.Address, mirror.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a/b%20c?x=1&y=%2C");
        request.Headers.Add("X-Own", "value");
        request.Headers.Add("Authorization", "Bearer abc");
        using var answer = await gateway.Client.SendAsync(request, Token);
        Assert.Equal("primary", await answer.Content.ReadAsStringAsync(Token));
        await UntilAsync(gateway, report => Count(report, "same") == 1);
        var (target, _, headers) = Assert.Single(copies);
        Assert.Equal("/a/b%20c?x=1&y=%2C", target);
        Assert.Equal(("value", "true", "Bearer abc"), (headers["X-Own"].ToString(), headers["X-Portolan-Mirror"].ToString(), headers.Authorization.ToString()));
        Assert.Equal(answer.Headers.GetValues("X-Request-ID").Single(), headers["X-Request-ID"].ToString());
    }

    [Fact]
    public async Task Credentials_can_stay_behind()
    {
        await using var primary = await Upstream.StartEchoAsync();
        await using var mirror = await Upstream.StartAsync(NoteAsync);
        await using var gateway = await StartAsync("{ service: mirror, stripCredentials: true }", primary.Address, mirror.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x") { Headers = { { "Authorization", "Bearer abc" }, { "Cookie", "a=b" }, { "X-API-Key", "k" } } };
        using var answer = await gateway.Client.SendAsync(request, Token);
        Assert.Contains("Bearer abc", await answer.Content.ReadAsStringAsync(Token));
        await UntilAsync(gateway, report => Count(report, "same") == 1);
        var (_, _, headers) = Assert.Single(copies);
        Assert.False(headers.ContainsKey("Authorization") || headers.ContainsKey("Cookie") || headers.ContainsKey("X-API-Key"));
    }

    [Fact]
    public async Task What_changes_something_is_copied_only_where_that_is_said_and_with_its_body()
    {
        await using var primary = await Upstream.StartEchoAsync();
        await using var mirror = await Upstream.StartAsync(NoteAsync);
        await using var safe = await StartAsync("{ service: mirror }", primary.Address, mirror.Address);
        await using var all = await StartAsync("{ service: mirror, methods: [POST], maxBody: 1KB }", primary.Address, mirror.Address);
        (await safe.Client.PostAsync("/safe", new StringContent("body"), Token)).Dispose();
        (await all.Client.PostAsync("/large", new StringContent(new string('x', 2000)), Token)).Dispose();
        (await all.Client.PostAsync("/all", new StringContent("body"), Token)).Dispose();
        await UntilAsync(all, report => Count(report, "same") == 1);
        var (target, body, headers) = Assert.Single(copies);
        Assert.Equal(("/all", "body", "text/plain; charset=utf-8"), (target, body, headers.ContentType.ToString()));
        await UntilAsync(all, report => Count(report.GetProperty("dropped"), "size") == 1);
    }

    [Fact]
    public async Task A_mirror_that_hangs_delays_nobody_and_what_is_too_much_is_dropped()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var primary = await Upstream.StartEchoAsync();
        await using var mirror = await Upstream.StartAsync(_ => gate.Task);
        await using var gateway = await StartAsync("{ service: mirror, timeout: 1h, concurrency: 2, queue: 3 }", primary.Address, mirror.Address);
        for (var call = 0; call < 20; call++)
        {
            using var answer = await gateway.Client.GetAsync("/x", Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var dropped = 0L;
        await UntilAsync(gateway, report => (dropped = Count(report.GetProperty("dropped"), "queue")) >= 15);
        gate.SetResult();
        await UntilAsync(gateway, report => Count(report, "same") == 20 - dropped);
        Assert.InRange(dropped, 15, 18);
    }

    [Fact]
    public async Task A_mirror_that_fails_is_seen_by_operators_alone()
    {
        using var breaking = new RawServer(RawServer.Answering("nonsense"));
        await using var primary = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync("{ service: mirror }", primary.Address, breaking.Address);
        await using var nobody = await StartAsync("{ service: mirror }", primary.Address, RawServer.NobodyThere());
        Assert.Equal(HttpStatusCode.OK, (await gateway.Client.GetAsync("/x", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await nobody.Client.GetAsync("/x", Token)).StatusCode);
        await UntilAsync(gateway, report => report.GetProperty("failed").EnumerateObject().Any());
        await UntilAsync(nobody, report => Count(report.GetProperty("failed"), "service-unreachable") == 1);
    }

    [Fact]
    public async Task A_copy_is_not_copied_again_and_a_share_of_nothing_is_nothing()
    {
        await using var primary = await Upstream.StartEchoAsync();
        await using var mirror = await Upstream.StartAsync(NoteAsync);
        await using var gateway = await StartAsync("{ service: mirror }", primary.Address, mirror.Address, "trustedHops: 1");
        await using var never = await StartAsync("{ service: mirror, share: 0% }", primary.Address, mirror.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/copy") { Headers = { { "X-Portolan-Mirror", "true" } } };
        using var marked = await gateway.Client.SendAsync(request, Token);
        Assert.Contains("X-Portolan-Mirror: true\n", await marked.Content.ReadAsStringAsync(Token));
        (await never.Client.GetAsync("/never", Token)).Dispose();
        (await gateway.Client.GetAsync("/x", Token)).Dispose();
        await UntilAsync(gateway, report => Count(report, "same") == 1);
        Assert.Equal("/x", Assert.Single(copies).Target);
    }

    [Theory]
    [InlineData("X-Portolan-Mirror")]
    [InlineData("x_portolan_mirror")]
    public async Task A_stranger_cannot_call_his_request_a_copy(string name)
    {
        await using var primary = await Upstream.StartEchoAsync();
        await using var mirror = await Upstream.StartAsync(NoteAsync);
        await using var gateway = await StartAsync("{ service: mirror }", primary.Address, mirror.Address);
        Assert.DoesNotContain("mirror: true", await gateway.GetRawAsync("/x", $"{name}: true"), StringComparison.OrdinalIgnoreCase);
        await UntilAsync(gateway, report => Count(report, "same") == 1);
        Assert.Equal("true", Assert.Single(copies).Headers["X-Portolan-Mirror"]);
    }

    [Fact]
    public async Task Answers_are_compared_by_field_and_what_differs_is_counted_and_shown()
    {
        await using var primary = await Upstream.StartAsync(context => AnswerAsync(context, "v1",
            """{ "id": 1, "total": 10.0, "at": "now", "token": "abc", "name": "Jane", "items": [ { "price": 1, "at": 1 }, { "price": 2, "at": 1 } ] }"""));
        await using var mirror = await Upstream.StartAsync(context => AnswerAsync(context, "v2",
            """{"items":[{"at":2,"price":1},{"at":2,"price":3}],"name":"John Doe","token":"xyz","at":"then","total":10,"id":1,"new":true}"""));
        await using var gateway = await StartAsync(
            "{ service: mirror, compare: { headers: [X-Version], ignore: [at, 'items[].at'] } }", primary.Address, mirror.Address);
        (await gateway.Client.GetAsync("/x?secret=1", Token)).Dispose();
        (await gateway.Client.GetAsync("/x?secret=1", Token)).Dispose();
        var report = await UntilAsync(gateway, report => Count(report, "different") == 2);
        Assert.Equal(
            ["body.items[].price", "body.name", "body.new", "body.token", "header.X-Version"],
            report.GetProperty("fields").EnumerateObject().Select(field => field.Name));
        Assert.All(report.GetProperty("fields").EnumerateObject(), field => Assert.Equal(2, field.Value.GetInt64()));
        var example = report.GetProperty("examples")[0];
        Assert.Equal("/x", example.GetProperty("path").GetString());
        Assert.Equal(
            ["header.X-Version: (2 characters), (2 characters)", "body.token: ***, ***", "body.name: (4 characters), (8 characters)", "body.items[].price: 2, 3", "body.new: (missing), true"],
            example.GetProperty("differences").EnumerateArray().Select(difference =>
                $"{difference.GetProperty("field")}: {difference.GetProperty("primary")}, {difference.GetProperty("mirror")}"));
    }

    [Fact]
    public async Task Other_statuses_and_other_bytes_are_differences_too()
    {
        await using var primary = await Upstream.StartAsync(context => context.Response.WriteAsync("one"));
        await using var mirror = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync("three");
        });
        await using var gateway = await StartAsync("{ service: mirror, compare: {} }", primary.Address, mirror.Address);
        Assert.Equal("one", await gateway.Client.GetStringAsync("/x", Token));
        var report = await UntilAsync(gateway, report => Count(report, "different") == 1);
        Assert.Equal(["body", "status"], report.GetProperty("fields").EnumerateObject().Select(field => field.Name));
    }

    private static Task<Gateway> StartAsync(string mirror, string primary, string copy, string more = "") => Gateway.StartAsync(
        $$"""
        {{more}}
        routes:
          - path: /{**rest}
            service: primary
            mirror: {{mirror}}
        """,
        ("primary", [primary]), ("mirror", [copy]));

    private static Task AnswerAsync(HttpContext context, string version, string json)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers["X-Version"] = version;
        return context.Response.WriteAsync(json);
    }

    private static long Count(JsonElement report, string name) => report.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    private static async Task<JsonElement> UntilAsync(Gateway gateway, Func<JsonElement, bool> condition)
    {
        while (true)
        {
            var report = JsonElement.Parse(await gateway.Client.GetStringAsync("/portolan/mirrors", Token)).GetProperty("mirrors")[0];
            if (condition(report))
            {
                return report;
            }
        }
    }

    private async Task NoteAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var headers = new HeaderDictionary();
        foreach (var header in context.Request.Headers)
        {
            headers[header.Key] = header.Value;
        }

        copies.Enqueue((context.Features.Get<IHttpRequestFeature>()!.RawTarget, body, headers));
    }
}
