using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Testing;

namespace Portolan.Proxy.Tests.RateLimits;

public sealed class RateLimitTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly VirtualClock clock = new();

    [Fact]
    public async Task Over_the_limit_is_429_until_the_window_is_over()
    {
        await using var backend = await Upstream.StartAsync(context =>
        {
            context.Response.Headers["X-RateLimit-Limit"] = "a service's own";
            return Task.CompletedTask;
        });
        await using var gateway = await StartAsync("rateLimit: { limit: 2, window: 10s, algorithm: fixed-window, by: ip }", backend);

        using var first = await gateway.Client.GetAsync("/x", Token);
        using var second = await gateway.Client.GetAsync("/x", Token);
        using var third = await gateway.Client.GetAsync("/x", Token);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], [first.StatusCode, second.StatusCode, third.StatusCode]);
        Assert.Equal("2", Header(first, "X-RateLimit-Limit"));
        Assert.Equal("1", Header(first, "X-RateLimit-Remaining"));
        Assert.Equal("\"ip\";q=2;w=10", Header(first, "RateLimit-Policy"));
        Assert.StartsWith("\"ip\";r=1;t=", Header(first, "RateLimit"));
        Assert.Equal("0", Header(second, "X-RateLimit-Remaining"));
        Assert.Contains("urn:portolan:problem:rate-limit", await third.Content.ReadAsStringAsync(Token));

        var wait = int.Parse(Header(third, "Retry-After"));
        Assert.InRange(wait, 1, 10);
        Assert.Equal(clock.GetUtcNow().ToUnixTimeSeconds() + wait, long.Parse(Header(third, "X-RateLimit-Reset")));

        clock.Advance(TimeSpan.FromSeconds(wait));
        using var later = await gateway.Client.GetAsync("/x", Token);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
    }

    [Fact]
    public async Task Each_key_has_its_own_limit_and_who_has_none_that_of_its_address()
    {
        await using var backend = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync("rateLimit: { limit: 1, window: 1m, by: 'header:X-API-Key' }", backend);

        Assert.Equal(200, await StatusAsync(gateway, "X-API-Key: one"));
        Assert.Equal(429, await StatusAsync(gateway, "X-API-Key: one"));
        Assert.Equal(200, await StatusAsync(gateway, "X-API-Key: two"));
        Assert.Equal(200, await StatusAsync(gateway));
        Assert.Equal(429, await StatusAsync(gateway));
    }

    [Fact]
    public async Task Clients_behind_a_trusted_proxy_are_told_apart_and_cannot_lie()
    {
        await using var backend = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync(
            "trustedHops: 1\n" + Routes("rateLimit: { limit: 1, window: 1m }"), WithClock, ("backend", [backend.Address]));

        Assert.Equal(200, await StatusAsync(gateway, "X-Forwarded-For: 203.0.113.1"));
        Assert.Equal(429, await StatusAsync(gateway, "X-Forwarded-For: 6.6.6.6, 203.0.113.1"));
        Assert.Equal(200, await StatusAsync(gateway, "X-Forwarded-For: 203.0.113.2"));
    }

    [Fact]
    public async Task Of_several_limits_the_tightest_is_shown_and_a_refusal_is_charged_to_none()
    {
        await using var backend = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync(
            "trustedHops: 1\n" + Routes("rateLimit: [{ name: all, limit: 3, window: 1m, by: route }, { name: each, limit: 1, window: 10s, by: user }]"), WithClock, ("backend", [backend.Address]));

        Assert.Equal(200, await StatusAsync(gateway, "X-User-ID: a"));
        Assert.Equal(429, await StatusAsync(gateway, "X-User-ID: a"));
        Assert.Equal(429, await StatusAsync(gateway, "X-User-ID: a"));
        Assert.Equal(200, await StatusAsync(gateway, "X-User-ID: b"));
        var seen = await gateway.GetRawAsync("/x", "X-User-ID: c");
        Assert.StartsWith("HTTP/1.1 200 ", seen);
        Assert.Contains("RateLimit: \"all\";r=0;", seen);
        Assert.Contains("RateLimit: \"all\";r=0;", await gateway.GetRawAsync("/x", "X-User-ID: d"));
    }

    [Fact]
    public async Task A_dry_run_refuses_nothing_and_shows_nothing()
    {
        await using var backend = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync("rateLimit: { limit: 1, window: 1m, dryRun: true }", backend);

        Assert.Equal(200, await StatusAsync(gateway));
        var seen = await gateway.GetRawAsync("/x");
        Assert.StartsWith("HTTP/1.1 200 ", seen);
        Assert.DoesNotContain("RateLimit", seen);
    }

    [Fact]
    public async Task What_was_used_stays_used_over_a_reload_that_does_not_change_the_limit()
    {
        await using var backend = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync("rateLimit: { limit: 1, window: 1m }", backend);
        Assert.Equal(200, await StatusAsync(gateway));

        gateway.Apply(Routes("rateLimit: { limit: 1, window: 1m, by: ip }") + "\n  - { path: /other, service: backend }");
        Assert.Equal(429, await StatusAsync(gateway));

        gateway.Apply(Routes("rateLimit: { limit: 2, window: 1m }"));
        Assert.Equal(200, await StatusAsync(gateway));
    }

    [Theory]
    [InlineData("{ window: 1s }", "3:16: a rate limit needs 'limit'")]
    [InlineData("{ limit: 0 }", "expected a whole number from 1")]
    [InlineData("{ limit: 1, window: 2d }", "at most a day")]
    [InlineData("{ limit: 1, window: soon }", "expected a time like 250ms, 30s, 5m, 2h or 1d as 'window', found 'soon'")]
    [InlineData("{ limit: 1, by: cookie }", "write ip, user, route or header:X-API-Key")]
    [InlineData("{ limit: 1, by: user }", "'user' goes by X-User-ID, which any client can write")]
    [InlineData("{ limit: 1, by: 'header:x-user-id' }", "which any client can write")]
    [InlineData("{ limit: 1, by: 'header:X-Real-IP' }", "which any client can write")]
    [InlineData("{ limit: 1, by: 'header:X-Forwarded-For' }", "which any client can write")]
    [InlineData("{ limit: 1, by: 'header:a b' }", "write ip, user, route or header:X-API-Key")]
    [InlineData("{ limit: 1, algorithm: token-bukket }", "did you mean 'token-bucket'?")]
    [InlineData("{ limit: 1, burst: 5 }", "is for token-bucket")]
    [InlineData("{ limit: 1, rate: 5 }", "unknown key 'rate'")]
    [InlineData("[{ limit: 1 }, { limit: 2 }]", "two limits are called 'ip'")]
    [InlineData("[]", "has 0 limits")]
    public void What_is_wrong_with_a_limit_is_told_with_its_place(string limit, string expected) =>
        Assert.Contains(expected, ConfigText.ProblemsOf($"routes:\n  - path: /x\n    rateLimit: {limit}\n    service: backend"));

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    private static string Routes(string policy) => $"routes:\n  - path: /x\n    service: backend\n    {policy}";

    private static async Task<int> StatusAsync(Gateway gateway, params string[] headers) => int.Parse((await gateway.GetRawAsync("/x", headers))[9..12]);

    private void WithClock(IServiceCollection services) => services.AddSingleton<TimeProvider>(clock);

    private Task<Gateway> StartAsync(string policy, Upstream backend) => Gateway.StartAsync(Routes(policy), WithClock, ("backend", [backend.Address]));
}
