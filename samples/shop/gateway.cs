// Shows at the running shop what its gateway does beside forwarding: the cache, the canary, the mirror and the limits.
//   dotnet run samples/shop/gateway.cs [gateway address]
#:property PublishAot=false
#:property JsonSerializerIsReflectionEnabledByDefault=true

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

var gateway = new Uri(args.FirstOrDefault() ?? "http://127.0.0.1:8080");
using var browser = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(10) };

try
{
    await ShowCacheAsync();
    await ShowCanaryAsync();
    await ShowMirrorAsync();
    await ShowLimitAsync();
    await ShowFlagAsync();
    return 0;
}
catch (HttpRequestException error)
{
    Console.Error.WriteLine($"The shop at {gateway} does not answer ({error.Message}). Start it first: ./portolan up samples/shop");
    return 1;
}

async Task ShowCacheAsync()
{
    Title("The list of products is kept for 2 s. Later the old one is given at once, and fetched again behind it.");
    foreach (var wait in new[] { 0, 0.1, 1, 1.5, 0.2 })
    {
        await Task.Delay(TimeSpan.FromSeconds(wait));
        using var list = await browser.GetAsync("/api/products");
        Line($"after {wait:0.0} s", $"Cache-Status: {Header(list, "Cache-Status")}");
    }

    using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products");
    request.Headers.Add("Cache-Control", "no-cache");
    using var fresh = await browser.SendAsync(request);
    Line("no-cache", $"Cache-Status: {Header(fresh, "Cache-Status")}");
}

async Task ShowCanaryAsync()
{
    Title("One browser in ten gets the catalogue's next version, and keeps it. X-Canary chooses.");
    foreach (var word in new[] { null, null, "true", "false" })
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products/prod-001");
        request.Headers.TryAddWithoutValidation("X-Canary", word);
        using var page = await browser.SendAsync(request);
        var product = await page.Content.ReadFromJsonAsync<JsonElement>();
        var currency = product.TryGetProperty("currency", out var named) ? named.GetString() : "not said";
        Line(word is null ? "a browser" : $"X-Canary: {word}", $"X-Variant: {Header(page, "X-Variant")}, price {product.GetProperty("price")}, currency {currency}");
    }

    Console.WriteLine("  To give it everybody, and to take it back: ./portolan split set catalog catalog=0 canary=1; ./portolan split reset catalog");
}

async Task ShowMirrorAsync()
{
    Title("The next version gets a copy of what is asked of the list, and the answers are compared.");
    var mirrors = await browser.GetFromJsonAsync<JsonElement>("/portolan/mirrors");
    foreach (var mirror in mirrors.GetProperty("mirrors").EnumerateArray())
    {
        Line(mirror.GetProperty("service").GetString()!, $"same {mirror.GetProperty("same")}, different {mirror.GetProperty("different")}, by field {mirror.GetProperty("fields")}");
    }
}

async Task ShowLimitAsync()
{
    Title("Who changes customers more than 20 times at once is told when to come back. (These changes are empty and change nothing.)");
    var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => browser.PutAsJsonAsync("/api/customers/cust-456", new { })));
    Line("40 at once", string.Join(", ", answers.CountBy(answer => (int)answer.StatusCode).OrderBy(count => count.Key).Select(count => $"{count.Value} x {count.Key}")));
    if (answers.FirstOrDefault(answer => answer.StatusCode == HttpStatusCode.TooManyRequests) is { } refused)
    {
        Line("429", $"Retry-After: {Header(refused, "Retry-After")}, RateLimit: {Header(refused, "RateLimit")}, RateLimit-Policy: {Header(refused, "RateLimit-Policy")}");
    }
}

async Task ShowFlagAsync()
{
    Title("A feature flag, decided once at the gateway, goes with the order to the service that sends the parcel.");
    foreach (var flag in new[] { null, "express-shipping" })
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders");
        request.Headers.TryAddWithoutValidation("X-Feature-Flags", flag);
        request.Content = JsonContent.Create(new { customerId = "cust-456", items = new[] { new { productId = "prod-001", quantity = 1 } }, paymentMethod = "card-ok" });
        using var accepted = await browser.SendAsync(request);
        JsonElement order = default;
        for (var tries = 0; tries < 50 && (order.ValueKind != JsonValueKind.Object || order.GetProperty("status").GetString() == "pending"); tries++)
        {
            await Task.Delay(100);
            order = await browser.GetFromJsonAsync<JsonElement>(accepted.Headers.Location);
        }

        Line(flag ?? "no flag", $"tracking number {order.GetProperty("trackingNumber")}");
    }

    Console.WriteLine("  For one customer in four, and for nobody again: ./portolan flag set express-shipping 25; ./portolan flag reset express-shipping");
}

string Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "-";

void Title(string text)
{
    Console.WriteLine();
    Console.WriteLine(text);
}

void Line(string when, string what) => Console.WriteLine($"  {when,-17} {what}");
