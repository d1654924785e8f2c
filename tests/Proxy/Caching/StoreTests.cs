using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Tests.Caching;

public sealed class StoreTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_store_stays_within_its_size_and_keeps_what_is_used()
    {
        await using var cache = await CacheFixture.StartAsync(async (context, _) =>
        {
            context.Response.Headers.CacheControl = "max-age=600";
            await context.Response.WriteAsync(new string('x', 4000));
        }, "{}", "cacheSize: 64KiB");
        await cache.GetAsync("/popular");
        for (var number = 0; number < 100; number++)
        {
            await cache.GetAsync("/popular");
            await cache.GetAsync($"/once/{number}");
        }

        Assert.StartsWith("portolan; hit", (await cache.GetAsync("/popular")).CacheStatus);
        using var stats = JsonDocument.Parse(await cache.Gateway.Client.GetStringAsync("/portolan/cache", Token));
        Assert.InRange(stats.RootElement.GetProperty("bytes").GetInt64(), 32 * 1024, 64 * 1024);
        Assert.InRange(stats.RootElement.GetProperty("entries").GetInt32(), 8, 16);
        Assert.Equal("/{**rest}", stats.RootElement.GetProperty("routes")[0].GetProperty("route").GetString());
    }

    [Theory]
    [InlineData("path=/api/products/*", 2)]
    [InlineData("path=/api/products/1", 1)]
    [InlineData("path=/api/products/1%3Fa=*", 0)]
    [InlineData("path=/API/*", 0)]
    [InlineData("tag=books", 2)]
    [InlineData("tag=books&path=/api/orders/*", 0)]
    [InlineData("route=/{**rest}", 3)]
    [InlineData("route=/other", 0)]
    [InlineData("all=true", 3)]
    public async Task An_operator_purges_what_he_names(string selection, int removed)
    {
        await using var cache = await CacheFixture.StartAsync((context, _) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers["Surrogate-Key"] = context.Request.Path.StartsWithSegments("/api/products") ? "books all" : "all";
            return Task.CompletedTask;
        });
        foreach (var path in new[] { "/api/products/1", "/api/products/2", "/api/orders/1" })
        {
            await cache.GetAsync(path);
        }

        using var answer = await cache.Gateway.Client.DeleteAsync("/portolan/cache?" + selection, Token);
        using var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal(removed, said.RootElement.GetProperty("removed").GetInt32());
        Assert.Equal(removed == 3 ? "4" : "3", (await cache.GetAsync("/api/orders/1")).Body);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?pth=/x")]
    [InlineData("?all=yes")]
    [InlineData("?all=true&path=/x")]
    public async Task A_purge_that_is_not_understood_purges_nothing(string query)
    {
        await using var cache = await CacheFixture.StartAsync("Cache-Control: max-age=60");
        await cache.GetAsync("/x");
        using var answer = await cache.Gateway.Client.DeleteAsync("/portolan/cache" + query, Token);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("1", (await cache.GetAsync("/x")).Body);
    }

    [Fact]
    public async Task What_is_on_its_way_when_it_is_purged_is_not_stored()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cache = await CacheFixture.StartAsync(async (context, number) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            if (number == 1)
            {
                arrived.SetResult();
                await gate.Task;
            }
        });
        var first = cache.GetAsync("/x");
        await arrived.Task.WaitAsync(Token);
        (await cache.Gateway.Client.DeleteAsync("/portolan/cache?all=true", Token)).Dispose();
        gate.SetResult();
        Assert.Equal("1", (await first).Body);
        Assert.Equal("2", (await cache.GetAsync("/x")).Body);
    }

    [Fact]
    public async Task A_route_that_changes_starts_empty()
    {
        await using var cache = await CacheFixture.StartAsync("Cache-Control: max-age=60");
        await cache.GetAsync("/x");
        cache.Gateway.Apply(CacheFixture.Yaml("{ ttl: 5s }"));
        Assert.Equal("2", (await cache.GetAsync("/x")).Body);
    }

    [Fact]
    public async Task A_reload_keeps_what_is_stored()
    {
        await using var cache = await CacheFixture.StartAsync("Cache-Control: max-age=60");
        await cache.GetAsync("/x");
        cache.Gateway.Apply(CacheFixture.Yaml("{}") + "\n  - { path: /another, service: backend }");
        Assert.Equal("1", (await cache.GetAsync("/x")).Body);
    }

    [Fact]
    public async Task What_one_variant_answers_is_not_given_to_who_gets_another()
    {
        await using var one = await Fixtures.Upstream.StartAsync(context => AnswerAsync(context, "one"));
        await using var other = await Fixtures.Upstream.StartAsync(context => AnswerAsync(context, "other"));
        await using var gateway = await Fixtures.Gateway.StartAsync(
            """
            routes:
              - path: /{**rest}
                cache: {}
                split:
                  override: true
                  variants:
                    - { name: stable, service: one, weight: 50 }
                    - { name: canary, service: other, weight: 50 }
            """, ("one", [one.Address]), ("other", [other.Address]));
        foreach (var _ in new[] { "misses", "hits" })
        {
            Assert.Equal("one", await AskAsync("stable"));
            Assert.Equal("other", await AskAsync("canary"));
        }

        async Task<string> AskAsync(string variant)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/x") { Headers = { { "X-Canary", variant } } };
            using var response = await gateway.Client.SendAsync(request, Token);
            return await response.Content.ReadAsStringAsync(Token);
        }

        static Task AnswerAsync(HttpContext context, string text)
        {
            context.Response.Headers.CacheControl = "max-age=60";
            return context.Response.WriteAsync(text);
        }
    }

    [Fact]
    public void What_is_wrong_with_the_settings_is_told_with_its_place()
    {
        var config = Fixtures.ConfigText.Read(CacheFixture.Yaml("{}"));
        var route = config.Routes[0] with { Cache = new() { Negative = TimeSpan.FromHours(1), MaxEntry = 0, Key = ["X Segment"] } };
        Assert.Equal(
            ["routes[0].cache.negative", "routes[0].cache.maxEntry", "routes[0].cache.key", "cacheSize"],
            (config with { Routes = [route], CacheSize = 1 }).Validate().Select(error => error.Where).OrderBy(where => where == "cacheSize"));
    }
}
