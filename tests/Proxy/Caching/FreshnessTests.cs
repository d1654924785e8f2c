namespace Portolan.Proxy.Tests.Caching;

public sealed class FreshnessTests
{
    [Theory]
    [InlineData("Cache-Control: max-age=60", 59, true)]
    [InlineData("Cache-Control: max-age=60", 60, false)]
    [InlineData("Cache-Control: MAX-AGE=60", 59, true)]
    [InlineData("Cache-Control: max-age=\"60\"", 59, true)]
    [InlineData("Cache-Control: s-maxage=60, max-age=0", 59, true)]
    [InlineData("Cache-Control: s-maxage=0, max-age=60", 1, false)]
    [InlineData("Cache-Control: foo=\"a, max-age=5\", max-age=60", 59, true)]
    [InlineData("Cache-Control: max-age=60 | Cache-Control: max-age=10", 30, false)]
    [InlineData("Cache-Control: max-age=60, max-age=10", 30, false)]
    [InlineData("Cache-Control: max-age=sixty", 1, false)]
    [InlineData("Cache-Control: max-age=-1", 1, false)]
    [InlineData("Cache-Control: max-age =60", 1, false)]
    [InlineData("Cache-Control: max-age=99999999999", 100000, true)]
    [InlineData("Expires: {+60}", 59, true)]
    [InlineData("Expires: {+60}", 60, false)]
    [InlineData("Expires: 0", 1, false)]
    [InlineData("Expires: {+60} | Cache-Control: max-age=0", 1, false)]
    [InlineData("Expires: {-60} | Cache-Control: max-age=60", 59, true)]
    [InlineData("Last-Modified: {-1000}", 99, true)]
    [InlineData("Last-Modified: {-1000}", 101, false)]
    [InlineData("Last-Modified: {-31536000}", 86399, true)]
    [InlineData("Last-Modified: {-31536000}", 86401, false)]
    [InlineData("X-Nothing: said", 1, false)]
    [InlineData("Cache-Control: max-age=60 | Age: 50", 5, true)]
    [InlineData("Cache-Control: max-age=60 | Age: 50", 11, false)]
    [InlineData("Cache-Control: max-age=60 | Age: nonsense", 59, true)]
    [InlineData("Cache-Control: max-age=60 | Date: {-50}", 11, false)]
    [InlineData("CDN-Cache-Control: max-age=60 | Cache-Control: no-store", 59, true)]
    [InlineData("CDN-Cache-Control: max-age=10 | Cache-Control: max-age=60", 11, false)]
    [InlineData("CDN-Cache-Control: no-store | Cache-Control: max-age=60", 1, false)]
    [InlineData("CDN-Cache-Control: max-age=60 | Expires: {-60}", 59, true)]
    [InlineData("CDN-Cache-Control: &broken& | Cache-Control: max-age=60", 59, true)]
    [InlineData("CDN-Cache-Control: MAX-AGE=10 | Cache-Control: max-age=60", 59, true)]
    [InlineData("Cache-Control: max-age=60, no-store", 1, false)]
    [InlineData("Cache-Control: max-age=60, private", 1, false)]
    [InlineData("Cache-Control: max-age=60, private=\"set-cookie\"", 1, false)]
    [InlineData("Cache-Control: max-age=60, no-cache", 1, false)]
    [InlineData("Cache-Control: max-age=60, no-store, must-understand", 59, true)]
    [InlineData("Cache-Control: max-age=60 | Vary: *", 1, false)]
    [InlineData("Cache-Control: max-age=60 | Vary: Accept, *", 1, false)]
    [InlineData("Cache-Control: max-age=60 | Set-Cookie: a=b", 1, false)]
    public async Task An_answer_is_fresh_as_long_as_it_says(string headers, int seconds, bool stored)
    {
        await using var cache = await StartAsync(headers);
        await cache.GetAsync("/x");
        cache.Clock.Advance(TimeSpan.FromSeconds(seconds));
        var answer = await cache.GetAsync("/x");
        Assert.Equal(stored ? "1" : "2", answer.Body);
        Assert.StartsWith(stored ? "portolan; hit; ttl=" : "portolan; fwd=", answer.CacheStatus);
    }

    [Theory]
    [InlineData(200, "Cache-Control: max-age=60", true)]
    [InlineData(203, "Cache-Control: max-age=60", true)]
    [InlineData(299, "Cache-Control: max-age=60", true)]
    [InlineData(302, "Cache-Control: max-age=60", true)]
    [InlineData(404, "Cache-Control: max-age=60", true)]
    [InlineData(500, "Cache-Control: max-age=60", true)]
    [InlineData(599, "Cache-Control: max-age=60", true)]
    [InlineData(299, "Cache-Control: max-age=60, no-store, must-understand", false)]
    [InlineData(400, "Cache-Control: max-age=60", false)]
    [InlineData(413, "Cache-Control: max-age=60", false)]
    [InlineData(431, "Cache-Control: max-age=60", false)]
    [InlineData(404, "Last-Modified: {-1000}", false)]
    [InlineData(500, "Last-Modified: {-1000}", false)]
    [InlineData(302, "Last-Modified: {-1000}", false)]
    [InlineData(301, "Last-Modified: {-1000}", true)]
    public async Task Errors_need_to_say_it_and_what_is_about_the_request_is_never_stored(int status, string headers, bool stored)
    {
        await using var cache = await StartAsync(headers, status: status);
        var first = await cache.GetAsync("/x");
        var second = await cache.GetAsync("/x");
        Assert.Equal([status, status], [first.Status, second.Status]);
        Assert.Equal(stored ? "1" : "2", second.Body);
    }

    [Theory]
    [InlineData("{ ttl: 30s }", "", 200, 29, true)]
    [InlineData("{ ttl: 30s }", "", 200, 31, false)]
    [InlineData("{ ttl: 30s }", "Cache-Control: max-age=10", 200, 11, false)]
    [InlineData("{ ttl: 30s }", "Cache-Control: no-store", 200, 1, false)]
    [InlineData("{ ttl: 30s }", "", 404, 1, false)]
    [InlineData("{ negative: 5s }", "", 404, 4, true)]
    [InlineData("{ negative: 5s }", "", 404, 6, false)]
    [InlineData("{ negative: 5s }", "", 500, 1, false)]
    [InlineData("{ explicitOnly: true }", "Last-Modified: {-1000}", 200, 1, false)]
    [InlineData("{ maxEntry: 1B }", "Cache-Control: max-age=60", 200, 1, true)]
    public async Task Where_an_answer_says_nothing_the_route_does(string config, string headers, int status, int seconds, bool stored)
    {
        await using var cache = await StartAsync(headers, config, status);
        await cache.GetAsync("/x");
        cache.Clock.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(stored ? "1" : "2", (await cache.GetAsync("/x")).Body);
    }

    [Theory]
    [InlineData("Cache-Control: no-cache", 0, 5, "2")]
    [InlineData("Pragma: no-cache", 0, 5, "2")]
    [InlineData("Cache-Control: no-store", 0, 5, "2")]
    [InlineData("Cache-Control: max-age=4", 0, 5, "2")]
    [InlineData("Cache-Control: max-age=6", 0, 5, "1")]
    [InlineData("Cache-Control: min-fresh=50", 0, 5, "1")]
    [InlineData("Cache-Control: min-fresh=56", 0, 5, "2")]
    [InlineData("Cache-Control: max-stale=10", 0, 65, "1")]
    [InlineData("Cache-Control: max-stale", 0, 1000, "1")]
    [InlineData("Cache-Control: max-stale=10", 0, 75, "2")]
    [InlineData("Cache-Control: only-if-cached", 0, 5, "1")]
    [InlineData("Cache-Control: only-if-cached", 504, 75, "")]
    public async Task Clients_may_ask_for_more_or_be_content_with_less(string asked, int status, int seconds, string body)
    {
        await using var cache = await StartAsync("Cache-Control: max-age=60");
        await cache.GetAsync("/x");
        cache.Clock.Advance(TimeSpan.FromSeconds(seconds));
        var answer = await cache.GetAsync("/x", asked);
        Assert.Equal(status == 0 ? 200 : status, answer.Status);
        Assert.Equal(body, status == 0 ? answer.Body : "");
    }

    [Fact]
    public async Task Clients_need_not_be_heeded()
    {
        await using var cache = await StartAsync("Cache-Control: max-age=60", "{ ignoreClients: true }");
        await cache.GetAsync("/x");
        Assert.Equal("1", (await cache.GetAsync("/x", "Cache-Control: no-cache")).Body);
    }

    [Theory]
    [InlineData("Cache-Control: max-age=60, must-revalidate")]
    [InlineData("Cache-Control: max-age=60, proxy-revalidate")]
    [InlineData("Cache-Control: s-maxage=60")]
    public async Task Who_wants_to_be_asked_is_asked(string headers)
    {
        await using var cache = await StartAsync(headers, "{ staleWhileRevalidate: 1h, staleIfError: 1h }");
        await cache.GetAsync("/x");
        cache.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("2", (await cache.GetAsync("/x", "Cache-Control: max-stale")).Body);
    }

    [Theory]
    [InlineData("Cache-Control: max-age=60", "2")]
    [InlineData("Cache-Control: max-age=60, public", "1")]
    [InlineData("Cache-Control: s-maxage=60", "1")]
    [InlineData("Cache-Control: max-age=60, must-revalidate", "1")]
    public async Task What_was_asked_for_with_credentials_is_stored_only_where_that_is_said(string headers, string body)
    {
        await using var cache = await StartAsync(headers);
        await cache.GetAsync("/x", "Authorization: Bearer one");
        Assert.Equal(body, (await cache.GetAsync("/x", "Authorization: Bearer two")).Body);
    }

    [Fact]
    public async Task Age_and_what_is_left_are_told()
    {
        await using var cache = await StartAsync("Cache-Control: max-age=60 | Age: 7");
        var first = await cache.GetAsync("/x");
        cache.Clock.Advance(TimeSpan.FromSeconds(20));
        var second = await cache.GetAsync("/x");
        Assert.Equal("portolan; fwd=uri-miss; stored", first.CacheStatus);
        Assert.Equal("portolan; hit; ttl=33", second.CacheStatus);
        Assert.Equal("27", second["Age"]);
        Assert.Equal(first["Date"], second["Date"]);
        Assert.NotEqual(first["X-Request-ID"], second["X-Request-ID"]);
        Assert.Null(second["X-Backend-Duration"]);
    }

    // {+60} and {-60} are dates from now on.
    private static Task<CacheFixture> StartAsync(string headers, string cache = "{}", int status = 200)
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(70);
        var filled = System.Text.RegularExpressions.Regex.Replace(headers, @"\{([+-]\d+)\}", match => now.AddSeconds(int.Parse(match.Groups[1].Value)).ToString("r"));
        return CacheFixture.StartAsync(filled, cache, status);
    }
}
