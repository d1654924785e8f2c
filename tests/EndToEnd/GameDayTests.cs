using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Portolan.EndToEnd.Tests.Running;

namespace Portolan.EndToEnd.Tests;

/// <summary>The shop while a part of it fails.</summary>
[Collection("shop")]
public sealed class GameDayTests(ShopSystem shop)
{
    [Fact]
    public async Task The_shop_bears_a_failing_inventory_and_a_slow_catalogue_and_recovers()
    {
        var start = new ProcessStartInfo(
            "dotnet", ["run", Path.Combine(Repository.Shop, "gameday.cs"), $"http://127.0.0.1:{shop.GatewayPort}", $"http://127.0.0.1:{shop.ServerPort}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        using var script = Process.Start(start)!;
        var output = script.StandardOutput.ReadToEndAsync();
        var error = script.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        await script.WaitForExitAsync(timeout.Token);

        Assert.True(script.ExitCode == 0, $"{await output}\n{await error}");
        Assert.Contains("every page was answered", await output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_opens_and_resets_a_circuit()
    {
        // Makes the breaker, and what stands in for the stock later.
        await PageAsync(fallback: false);
        var server = $"http://127.0.0.1:{shop.ServerPort}";
        var listed = await BreakersAsync(server);
        Assert.Contains(listed, breaker => breaker.Text("name") == "inventory/inventory-1" && breaker.Text("state") == "closed");

        var opened = await shop.PortolanAsync("breaker", "open", "catalog", "inventory/inventory-1", "--server", server);
        Assert.True(opened.ExitCode == 0, opened.Error);
        using (var page = await ProductsAsync())
        {
            Assert.Equal("true", Assert.Single(page.Headers.GetValues("X-Fallback-Response")));
            Assert.Equal("stale", Assert.Single(page.Headers.GetValues("X-Data-Freshness")));
        }

        var reset = await shop.PortolanAsync("breaker", "reset", "catalog", "inventory/inventory-1", "--server", server);
        Assert.True(reset.ExitCode == 0, reset.Error);
        await PageAsync(fallback: false);
    }

    // On a busy machine a single call may take too long and be answered by the fallback too.
    private Task<GameDayTests> PageAsync(bool fallback) => Eventually.IsAsync(
        async () =>
        {
            using var page = await ProductsAsync();
            var products = await page.Content.ReadFromJsonAsync<JsonElement>();
            var isKnown = products.EnumerateArray().All(product => product.GetProperty("inStock").ValueKind != JsonValueKind.Null);
            return isKnown && page.Headers.Contains("X-Fallback-Response") == fallback ? this : null;
        },
        $"products show their stock, fallback: {fallback}");

    // As it is now, and not as the gateway keeps it.
    private async Task<HttpResponseMessage> ProductsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products");
        request.Headers.Add("Cache-Control", "no-cache");
        return await shop.Gateway.SendAsync(request);
    }

    private async Task<List<JsonElement>> BreakersAsync(string server)
    {
        var list = await shop.PortolanAsync("breaker", "list", "--json", "--server", server);
        Assert.True(list.ExitCode == 0, list.Error);
        using var document = JsonDocument.Parse(list.Output);
        return [.. Breakers(document.RootElement).EnumerateArray().Select(breaker => breaker.Clone())];
    }

    private static JsonElement Breakers(JsonElement answer) => answer.ValueKind == JsonValueKind.Array ? answer : answer.GetProperty("breakers");
}
