using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Tests.Caching;

public sealed class ValidationTests
{
    private static readonly string Modified = DateTimeOffset.UnixEpoch.AddYears(60).ToString("r");

    [Theory]
    [InlineData("If-None-Match: \"v1\"", 304)]
    [InlineData("If-None-Match: W/\"v1\"", 304)]
    [InlineData("If-None-Match: \"v0\", \"v1\"", 304)]
    [InlineData("If-None-Match: \"a,b\" , W/\"v1\"", 304)]
    [InlineData("If-None-Match: *", 304)]
    [InlineData("If-None-Match: \"v2\"", 200)]
    [InlineData("If-Modified-Since: {modified}", 304)]
    [InlineData("If-Modified-Since: Wed, 21 Oct 2015 07:28:00 GMT", 200)]
    [InlineData("If-Modified-Since: nonsense", 200)]
    public async Task A_client_that_has_it_is_told_so_from_the_store(string condition, int status)
    {
        await using var cache = await CacheFixture.StartAsync($"Cache-Control: max-age=60 | ETag: \"v1\" | Last-Modified: {Modified}");
        foreach (var _ in new[] { "a miss", "a hit" })
        {
            var answer = await cache.GetAsync("/x", condition.Replace("{modified}", Modified, StringComparison.Ordinal));
            Assert.Equal((status, status == 200 ? "1" : "", "\"v1\""), (answer.Status, answer.Body, answer["ETag"]));
        }

        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public async Task A_tag_goes_before_a_date()
    {
        await using var cache = await CacheFixture.StartAsync($"Cache-Control: max-age=60 | ETag: \"v1\" | Last-Modified: {Modified}");
        Assert.Equal(200, (await cache.GetAsync("/x", "If-None-Match: \"v2\"", $"If-Modified-Since: {Modified}")).Status);
    }

    [Fact]
    public async Task What_went_stale_is_validated_and_its_head_renewed()
    {
        var seen = new List<string>();
        await using var cache = await CacheFixture.StartAsync((context, number) =>
        {
            seen.Add(context.Request.Headers.IfNoneMatch.ToString());
            context.Response.Headers.ETag = "\"v1\"";
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers["X-Number"] = number.ToString();
            context.Response.Headers["Content-Encoding"] = number == 1 ? "identity" : "other";
            context.Response.StatusCode = number == 1 ? 200 : 304;
            return Task.CompletedTask;
        });
        await cache.GetAsync("/x");
        cache.Clock.Advance(TimeSpan.FromSeconds(61));
        var validated = await cache.GetAsync("/x", "If-None-Match: \"something else\"");
        cache.Clock.Advance(TimeSpan.FromSeconds(59));
        var hit = await cache.GetAsync("/x");
        Assert.Equal(["", "\"v1\""], seen);
        Assert.Equal((200, "1", "2", "identity"), (validated.Status, validated.Body, validated["X-Number"], validated["Content-Encoding"]));
        Assert.Equal("portolan; fwd=stale; fwd-status=304; stored", validated.CacheStatus);
        Assert.Equal(("1", "2", "59"), (hit.Body, hit["X-Number"], hit["Age"]));
    }

    [Fact]
    public async Task No_cache_is_stored_and_validated_every_time()
    {
        await using var cache = await CacheFixture.StartAsync((context, number) =>
        {
            context.Response.Headers.ETag = "\"v1\"";
            context.Response.Headers.CacheControl = "no-cache";
            context.Response.StatusCode = number == 1 ? 200 : 304;
            return Task.CompletedTask;
        });
        Assert.Equal("1", (await cache.GetAsync("/x")).Body);
        Assert.Equal("1", (await cache.GetAsync("/x")).Body);
        Assert.Equal("1", (await cache.GetAsync("/x")).Body);
        Assert.Equal(3, cache.Count);
    }

    [Fact]
    public async Task A_304_of_something_else_is_not_believed()
    {
        await using var cache = await CacheFixture.StartAsync((context, number) =>
        {
            context.Response.Headers.ETag = number == 1 ? "\"v1\"" : "\"v2\"";
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.StatusCode = context.Request.Headers.IfNoneMatch.Count > 0 ? 304 : 200;
            return Task.CompletedTask;
        });
        await cache.GetAsync("/x");
        cache.Clock.Advance(TimeSpan.FromSeconds(61));
        var answer = await cache.GetAsync("/x");
        Assert.Equal(("3", "\"v2\""), (answer.Body, answer["ETag"]));
    }

    [Fact]
    public async Task Head_is_answered_from_a_stored_get_and_fills_nothing()
    {
        await using var cache = await CacheFixture.StartAsync("Cache-Control: max-age=60");
        Assert.Equal("portolan; fwd=method", (await cache.SendAsync("HEAD", "/x")).CacheStatus);
        Assert.Equal("2", (await cache.GetAsync("/x")).Body);
        var head = await cache.SendAsync("HEAD", "/x");
        Assert.Equal((200, "", "1"), (head.Status, head.Body, head["Content-Length"]));
        Assert.StartsWith("portolan; hit", head.CacheStatus);
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public async Task Variants_are_told_apart_by_what_their_values_mean()
    {
        await using var cache = await CacheFixture.StartAsync("Cache-Control: max-age=60 | Vary: Accept-Encoding, Accept-Language");
        Assert.Equal("1", (await cache.GetAsync("/x", "Accept-Encoding: gzip, br", "Accept-Language: en")).Body);
        Assert.Equal("1", (await cache.GetAsync("/x", "Accept-Encoding: br;q=0.9,gzip", "Accept-Language: EN")).Body);
        var other = await cache.GetAsync("/x", "Accept-Encoding: gzip", "Accept-Language: en");
        Assert.Equal(("2", "portolan; fwd=vary-miss; stored"), (other.Body, other.CacheStatus));
        Assert.Equal("3", (await cache.GetAsync("/x", "Accept-Encoding: gzip, br", "Accept-Language: de")).Body);
        Assert.Equal("4", (await cache.GetAsync("/x", "Accept-Encoding: gzip, br;q=0", "Accept-Language: en")).Body);
        Assert.Equal("2", (await cache.GetAsync("/x", "Accept-Encoding: gzip", "Accept-Language: en")).Body);
        Assert.Equal("1", (await cache.GetAsync("/x", "Accept-Encoding: br, gzip", "Accept-Language: en")).Body);
    }

    [Fact]
    public async Task Headers_of_the_key_tell_apart_what_does_not_say_so()
    {
        await using var cache = await CacheFixture.StartAsync("Cache-Control: max-age=60", "{ key: [X-Segment] }");
        Assert.Equal("1", (await cache.GetAsync("/x", "X-Segment: gold")).Body);
        Assert.Equal("2", (await cache.GetAsync("/x", "X-Segment: lead")).Body);
        Assert.Equal("1", (await cache.GetAsync("/x", "X-Segment: gold")).Body);
    }

    [Theory]
    [InlineData("POST", 200, "/x", "", true)]
    [InlineData("PUT", 204, "/x", "", true)]
    [InlineData("DELETE", 303, "/x", "", true)]
    [InlineData("M-SOMETHING", 200, "/x", "", true)]
    [InlineData("POST", 404, "/x", "", false)]
    [InlineData("POST", 500, "/x", "", false)]
    [InlineData("OPTIONS", 200, "/x", "", false)]
    [InlineData("POST", 201, "/list", "Location: /x", true)]
    [InlineData("POST", 200, "/list", "Content-Location: /x", true)]
    [InlineData("POST", 201, "/list", "Location: http://other.example/x", false)]
    [InlineData("POST", 201, "/list", "", false)]
    public async Task A_change_makes_what_is_stored_untrue(string method, int status, string target, string header, bool invalidates)
    {
        await using var cache = await CacheFixture.StartAsync((context, _) =>
        {
            if (HttpMethods.IsGet(context.Request.Method))
            {
                context.Response.Headers.CacheControl = "max-age=60";
                return Task.CompletedTask;
            }

            context.Response.StatusCode = status;
            if (header.Length > 0)
            {
                context.Response.Headers[header.Split(": ")[0]] = header.Split(": ")[1];
            }

            return Task.CompletedTask;
        });
        await cache.GetAsync("/x");
        await cache.SendAsync(method, target);
        Assert.Equal(invalidates ? "3" : "1", (await cache.GetAsync("/x")).Body);
    }

    [Theory]
    [InlineData("no-store")]
    [InlineData("public, max-age=60")]
    public async Task Who_has_it_already_hears_so_at_once_and_of_what_is_not_kept_nothing_more_is_fetched(string control)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cache = await CacheFixture.StartAsync(
            async (context, number) =>
            {
                context.Response.Headers.CacheControl = control;
                using var gone = context.RequestAborted.Register(left.SetResult);
                var piece = new byte[10_000];
                while (number == 1 && !context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(piece, context.RequestAborted);
                }
            },
            "{ maxEntry: 100KiB }");

        var answer = await cache.GetAsync("/x", "If-None-Match: *");

        Assert.Equal((304, ""), (answer.Status, answer.Body));
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal("2", (await cache.GetAsync("/x")).Body);
    }
}
