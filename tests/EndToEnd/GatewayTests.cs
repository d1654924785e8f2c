using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Portolan.EndToEnd.Tests.Running;

namespace Portolan.EndToEnd.Tests;

/// <summary>What the shop's gateway does beside forwarding, each once.</summary>
[Collection("shop")]
public sealed class GatewayTests(ShopSystem shop)
{
    [Fact]
    public async Task Products_come_from_the_cache_and_say_so()
    {
        var (status, products) = await Eventually.IsAsync(
            async () => await ProductsAsync() is var page && page.CacheStatus.StartsWith("portolan; hit", StringComparison.Ordinal) ? page : null,
            "products come from the cache");
        Assert.Contains("ttl=", status, StringComparison.Ordinal);
        Assert.Equal(3, products.GetArrayLength());

        // Who wants to know it now, asks so.
        var asked = await ProductsAsync("no-cache");
        Assert.DoesNotContain("hit", asked.CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Products_are_shown_while_the_catalogue_fails()
    {
        await Eventually.IsAsync(async () => (await ProductsAsync("no-cache")).CacheStatus.EndsWith("stored", StringComparison.Ordinal) ? "yes" : null, "products are kept");
        var catalog = (await shop.Processes()).Single(process => process.Name == "catalog");
        using var client = new HttpClient();
        var fault = $"http://127.0.0.1:{catalog.Port}/portolan/faults/away";
        (await client.PutAsJsonAsync(fault, new { status = 503, seconds = 120 })).Dispose();
        try
        {
            var page = await Eventually.IsAsync(
                async () => await ProductsAsync() is var page && page.CacheStatus.Contains("fwd=stale", StringComparison.Ordinal) ? page : null,
                "products are given stale");
            Assert.Contains("fwd-status=503", page.CacheStatus, StringComparison.Ordinal);
            Assert.Equal(3, page.Products.GetArrayLength());
        }
        finally
        {
            (await client.DeleteAsync(fault)).Dispose();
        }

        await Eventually.IsAsync(async () => (await ProductsAsync("no-cache")).CacheStatus.EndsWith("stored", StringComparison.Ordinal) ? "yes" : null, "the catalogue answers again");
    }

    [Fact]
    public async Task Who_asks_for_the_canary_gets_it_and_a_browser_stays_where_it_was()
    {
        using var canary = await ProductAsync("true");
        Assert.Equal("canary", Header(canary, "X-Variant"));
        Assert.Equal("EUR", (await canary.Content.ReadFromJsonAsync<JsonElement>()).Text("currency"));
        using var current = await ProductAsync("false");
        Assert.Equal("catalog", Header(current, "X-Variant"));
        Assert.False((await current.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("currency", out _));

        // Cookies are kept by this client, as by a browser.
        using var first = await ProductAsync(null);
        for (var visit = 0; visit < 5; visit++)
        {
            using var again = await ProductAsync(null);
            Assert.Equal(Header(first, "X-Variant"), Header(again, "X-Variant"));
        }

        var listed = (await shop.PortolanAsync("split", "list", "--json", "--gateway", GatewayAddress)).Output.Json();
        var variants = Assert.Single(listed.GetProperty("splits").EnumerateArray()).GetProperty("variants");
        Assert.All(variants.EnumerateArray(), variant => Assert.True(variant.GetProperty("requests").GetInt64() > 0));
    }

    [Fact]
    public async Task An_operator_gives_the_canary_everybody_and_takes_it_back()
    {
        var set = await shop.PortolanAsync("split", "set", "catalog", "catalog=0", "canary=1", "--gateway", GatewayAddress);
        Assert.True(set.ExitCode == 0, set.Error);
        try
        {
            using var everybody = await ProductAsync(null);
            Assert.Equal("canary", Header(everybody, "X-Variant"));
        }
        finally
        {
            var reset = await shop.PortolanAsync("split", "reset", "catalog", "--gateway", GatewayAddress);
            Assert.True(reset.ExitCode == 0, reset.Error);
        }
    }

    [Fact]
    public async Task A_client_that_writes_too_much_is_told_when_to_come_back()
    {
        // More at once than the bucket holds, of changes that change nothing.
        var answers = await Task.WhenAll(Enumerable.Range(0, 80).Select(_ => shop.Gateway.PutAsJsonAsync("/api/customers/cust-789", new { })));
        try
        {
            Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.BadRequest);
            var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
            Assert.Equal("20", Header(refused, "X-RateLimit-Limit"));
            Assert.Equal("0", Header(refused, "X-RateLimit-Remaining"));
            Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
            Assert.Equal("urn:portolan:problem:rate-limit", (await refused.Content.ReadFromJsonAsync<JsonElement>()).Text("type"));
        }
        finally
        {
            foreach (var answer in answers)
            {
                answer.Dispose();
            }
        }

        using var read = await shop.Gateway.GetAsync("/api/customers/cust-789");
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        await Eventually.IsAsync(
            async () =>
            {
                using var write = await shop.Gateway.PutAsJsonAsync("/api/customers/cust-789", new { });
                return write.StatusCode == HttpStatusCode.BadRequest ? "yes" : null;
            },
            "the client may write again");
    }

    [Fact]
    public async Task The_next_version_gets_copies_and_the_difference_is_named()
    {
        await Eventually.IsAsync(
            async () =>
            {
                await ProductsAsync("no-cache");
                var mirror = Assert.Single((await shop.GetAsync("/portolan/mirrors")).GetProperty("mirrors").EnumerateArray());
                Assert.Equal("catalog-next", mirror.Text("service"));
                return mirror.GetProperty("fields").TryGetProperty("body[].currency", out var count) && count.GetInt64() > 0 ? "yes" : null;
            },
            "the mirror has seen what the next version adds");
    }

    [Fact]
    public async Task A_page_of_the_shops_own_origin_may_read_products_and_another_may_not()
    {
        foreach (var (origin, isAllowed) in new[] { ("https://shop.example", true), ("https://elsewhere.example", false) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products");
            request.Headers.Add("Origin", origin);
            using var response = await shop.Gateway.SendAsync(request);
            Assert.Equal(isAllowed, response.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task An_address_that_will_go_says_so()
    {
        using var response = await shop.Gateway.GetAsync("/api/notifications/ord-1");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("@1790812800", Header(response, "Deprecation"));
        Assert.Contains("rel=\"deprecation\"", Header(response, "Link"), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/notifications/ord-1");
        request.Headers.Add("X-API-Version", "v9");
        using var unknown = await shop.Gateway.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
    }

    private string GatewayAddress => $"http://127.0.0.1:{shop.GatewayPort}";

    private async Task<Page> ProductsAsync(string? cacheControl = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products");
        request.Headers.TryAddWithoutValidation("Cache-Control", cacheControl);
        using var response = await shop.Gateway.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return new Page(Header(response, "Cache-Status"), await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    private async Task<HttpResponseMessage> ProductAsync(string? canary)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products/prod-001");
        request.Headers.TryAddWithoutValidation("X-Canary", canary);
        return await shop.Gateway.SendAsync(request);
    }

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    private sealed record Page(string CacheStatus, JsonElement Products);
}
