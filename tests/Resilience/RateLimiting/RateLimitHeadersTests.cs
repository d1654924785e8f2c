using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Resilience.RateLimiting;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.RateLimiting;

public sealed class RateLimitHeadersTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private static readonly RateLimitPolicy Policy = new("default", 100, TimeSpan.FromSeconds(10));

    [Fact]
    public void An_admitted_call_says_what_is_left_and_until_when()
    {
        var headers = new HeaderDictionary { ["RateLimit"] = "\"older\";r=1" };
        var result = new LimitResult(true, 100, 42, TimeSpan.Zero, TimeSpan.FromSeconds(5.8));

        RateLimitHeaders.Write(headers, result, Policy, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

        Assert.Equal("\"default\";r=42;t=6", headers["RateLimit"]);
        Assert.Equal("\"default\";q=100;w=10", headers["RateLimit-Policy"]);
        Assert.Equal("100", headers["X-RateLimit-Limit"]);
        Assert.Equal("42", headers["X-RateLimit-Remaining"]);
        Assert.Equal("1700000006", headers["X-RateLimit-Reset"]);
        Assert.False(headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public void After_a_refusal_the_wait_and_the_window_end_at_the_same_moment()
    {
        var result = new LimitResult(false, 100, 0, TimeSpan.FromSeconds(2.1), TimeSpan.FromSeconds(10));
        Assert.Equal("3", RateLimitHeaders.RetryAfter(result));
        Assert.Equal("\"default\";r=0;t=3", RateLimitHeaders.RateLimit(result, Policy));
    }

    [Theory]
    [InlineData(1, "1")]
    [InlineData(9_999_999, "1")]
    [InlineData(10_000_000, "1")]
    [InlineData(10_000_001, "2")]
    public void A_wait_is_told_in_whole_seconds_that_are_long_enough(long ticks, string seconds) =>
        Assert.Equal(seconds, RateLimitHeaders.RetryAfter(new LimitResult(false, 1, 0, new TimeSpan(ticks), default)));

    [Fact]
    public void Numbers_stay_within_what_a_structured_field_holds()
    {
        var never = new LimitResult(false, long.MaxValue, long.MaxValue, TimeSpan.MaxValue, TimeSpan.MaxValue);
        Assert.Null(RateLimitHeaders.RetryAfter(never));
        Assert.Equal("\"default\";r=999999999999999;t=922337203686", RateLimitHeaders.RateLimit(never, Policy));
        Assert.Equal("253402300800", RateLimitHeaders.Reset(never, DateTimeOffset.UnixEpoch));
        Assert.Equal("\"x\";q=999999999999999;w=1", RateLimitHeaders.Policy(new RateLimitPolicy("x", long.MaxValue, TimeSpan.FromTicks(1))));
    }

    [Theory]
    [InlineData(100, 1_000_000, "q=1000;w=1")]
    [InlineData(1, 1_000_000, "q=10;w=1")]
    [InlineData(100, 15_000_000, "q=100;w=2")]
    [InlineData(100, 864_000_000_000, "q=100;w=86400")]
    public void A_window_is_told_in_whole_seconds_and_never_promises_more_than_there_is(long quota, long ticks, string expected) =>
        Assert.Equal($"\"x\";{expected}", RateLimitHeaders.Policy(new RateLimitPolicy("x", quota, new TimeSpan(ticks))));

    [Theory]
    [InlineData("per \"user\"", "\"per \\\"user\\\"\";")]
    [InlineData("a\\b", "\"a\\\\b\";")]
    public void A_name_is_a_quoted_string(string name, string quoted) =>
        Assert.StartsWith(quoted, RateLimitHeaders.Policy(Policy with { Name = name }), StringComparison.Ordinal);

    [Theory]
    [InlineData(LimitAlgorithm.TokenBucket, "\"default\";q=100;w=10")]
    [InlineData(LimitAlgorithm.LeakyBucket, "\"default\";q=10;w=1")]
    [InlineData(LimitAlgorithm.Gcra, "\"default\";q=10;w=1")]
    [InlineData(LimitAlgorithm.SlidingLog, "\"default\";q=10;w=1")]
    public void The_policy_of_a_limiter_is_what_comes_in_how_long(LimitAlgorithm algorithm, string expected) =>
        Assert.Equal(expected, RateLimitHeaders.Policy(Limiter.Create(new RateLimitOptions { Algorithm = algorithm }).Policy));

    [Fact]
    public async Task A_server_answers_429_with_problem_and_headers_when_the_key_has_no_permits_left()
    {
        var clock = new VirtualClock();
        var limiter = new PartitionedLimiter(new RateLimitOptions { Name = "tenant", Permits = 2, Period = TimeSpan.FromSeconds(90), Algorithm = LimitAlgorithm.FixedWindow }, clock);
        await using var app = Create();
        app.UseRateLimit(limiter, context => context.Request.Headers["X-Tenant"]);
        app.Run(context => context.Response.WriteAsync("done"));
        await app.StartAsync(Token);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var first = await Get(client, "a");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("\"tenant\";r=1;t=90", Header(first, "RateLimit"));
        using var second = await Get(client, "a");
        clock.Advance(TimeSpan.FromSeconds(30));
        using var refused = await Get(client, "a");
        using var other = await Get(client, "b");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(("60", "\"tenant\";r=0;t=60", "\"tenant\";q=2;w=90"), (Header(refused, "Retry-After"), Header(refused, "RateLimit"), Header(refused, "RateLimit-Policy")));
        Assert.Equal($"{clock.GetUtcNow().ToUnixTimeSeconds() + 60}", Header(refused, "X-RateLimit-Reset"));
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Token)).RootElement;
        Assert.Equal(("urn:portolan:problem:rate-limit", 60), (problem.GetProperty("type").GetString(), problem.GetProperty("retryAfter").GetInt32()));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task A_server_may_keep_several_limits_and_the_tightest_answers()
    {
        var limits = new RateLimits<HttpContext>(
            new LimitRule<HttpContext>(Limiter.Create(new RateLimitOptions { Name = "all", Permits = 100 })),
            new LimitRule<HttpContext>(new PartitionedLimiter(new RateLimitOptions { Name = "address", Burst = 1 }), context => context.Connection.RemoteIpAddress?.ToString()));
        await using var app = Create();
        app.UseRateLimit(limits);
        app.Run(context => context.Response.WriteAsync("done"));
        await app.StartAsync(Token);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var answer = await Get(client, "a");

        Assert.Equal("\"address\";r=0;t=1", Header(answer, "RateLimit"));
    }

    private static WebApplication Create()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }

    private static Task<HttpResponseMessage> Get(HttpClient client, string tenant)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("X-Tenant", tenant);
        return client.SendAsync(request, Token);
    }

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));
}
