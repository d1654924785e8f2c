// A game day at the running shop: breaks the inventory, then slows the catalogue, and shows how the shop bears it:
// circuits that open, answers from the fallback, and the recovery. Ends with 1 when something of that did not happen.
//   dotnet run samples/shop/gameday.cs [gateway address] [server address]
#:property PublishAot=false
#:property JsonSerializerIsReflectionEnabledByDefault=true

using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

var gateway = new Uri(args.ElementAtOrDefault(0) ?? "http://127.0.0.1:8080");
var server = new Uri(args.ElementAtOrDefault(1) ?? "http://127.0.0.1:8500");
var patience = TimeSpan.FromSeconds(60);
using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(15) };

try
{
    var inventory = await FindAsync("inventory");
    var catalog = await FindAsync("catalog");
    await BreakInventoryAsync(inventory, catalog);
    await SlowCatalogAsync(catalog);
    Console.WriteLine();
    Console.WriteLine("The shop bore it: every page was answered.");
    return 0;
}
catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
{
    Console.Error.WriteLine($"The shop at {gateway} does not answer ({error.Message}). Start it first: ./portolan up samples/shop");
    return 1;
}
catch (TimeoutException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

async Task BreakInventoryAsync(Uri inventory, Uri catalog)
{
    Title("1. The inventory fails: it answers 503 to everything. The catalogue asks it for the stock.");
    await UntilAsync("products show their stock", async () => await ProductsAsync() is { Fallback: false });
    await FaultAsync(inventory, new { status = 503, seconds = 300 });
    try
    {
        await UntilAsync("the catalogue answers with the stock it last saw", async () => await ProductsAsync() is { Fallback: true });
        await UntilAsync("its circuit to the inventory opens", async () => await ProductsAsync() is not null && await CircuitAsync(catalog, "inventory/") == "open");
        await UntilAsync("pages come at once again, nobody is asked", async () => await ProductsAsync() is { Fallback: true, Time.TotalMilliseconds: < 500 });
    }
    finally
    {
        await HealAsync(inventory);
    }

    Console.WriteLine("   the inventory is repaired");
    await UntilAsync("probes succeed and the circuit closes", async () => await ProductsAsync() is not null && await CircuitAsync(catalog, "inventory/") == "closed");
    await UntilAsync("the stock is fresh", async () => await ProductsAsync() is { Fallback: false });
}

async Task SlowCatalogAsync(Uri catalog)
{
    Title("2. The catalogue is slow: 5 s for every answer. The gateway composes an order's page from three services.");
    var page = new Uri(gateway, $"/api/orders/{await PlaceAsync()}/details");
    await UntilAsync("the page is whole", async () => await PageAsync(page) is { Fallback: false });
    await FaultAsync(catalog, new { latencyMilliseconds = 5000, seconds = 300 });
    try
    {
        await UntilAsync("the page comes without its products", async () => await PageAsync(page) is { Fallback: true });
        await UntilAsync("the gateway's circuit to the catalogue opens", async () => await PageAsync(page) is not null && await CircuitAsync(gateway, "catalog/") == "open");
        await UntilAsync("the page comes at once again", async () => await PageAsync(page) is { Fallback: true, Time.TotalMilliseconds: < 1000 });
    }
    finally
    {
        await HealAsync(catalog);
    }

    Console.WriteLine("   the catalogue is quick again");
    await UntilAsync("probes succeed and the circuit closes", async () => await PageAsync(page) is not null && await CircuitAsync(gateway, "catalog/") == "closed");
    await UntilAsync("the page is whole", async () => await PageAsync(page) is { Fallback: false });
}

async Task<Uri> FindAsync(string service)
{
    var found = await http.GetFromJsonAsync<JsonElement>(new Uri(server, $"/v1/services/{service}"));
    var instance = found.GetProperty("instances").EnumerateArray().FirstOrDefault();
    return instance.ValueKind == JsonValueKind.Object
        ? new Uri($"http://{instance.GetProperty("host").GetString()}:{instance.GetProperty("port").GetInt32()}")
        : throw new TimeoutException($"The registry at {server} knows no instance of {service}. Start the shop first: ./portolan up samples/shop");
}

async Task FaultAsync(Uri service, object rule)
{
    using var set = await http.PutAsJsonAsync(new Uri(service, "/portolan/faults/game-day"), rule);
    if (!set.IsSuccessStatusCode)
    {
        throw new HttpRequestException($"{service} refused the fault: {await set.Content.ReadAsStringAsync()}");
    }
}

async Task HealAsync(Uri service) => (await http.DeleteAsync(new Uri(service, "/portolan/faults/game-day"))).Dispose();

// The catalogue marks an answer that is not fresh.
async Task<Answer?> ProductsAsync() => await AskAsync(new Uri(gateway, "/api/products"), (response, _) => response.Headers.Contains("X-Fallback-Response"));

// The gateway names the parts that are missing.
async Task<Answer?> PageAsync(Uri page) => await AskAsync(page, (response, body) => body.TryGetProperty("meta", out var meta) && meta.TryGetProperty("partial", out _));

async Task<Answer?> AskAsync(Uri address, Func<HttpResponseMessage, JsonElement, bool> isFallback)
{
    var clock = Stopwatch.StartNew();
    using var response = await http.GetAsync(address);
    var body = await response.Content.ReadFromJsonAsync<JsonElement>();
    return response.StatusCode == HttpStatusCode.OK
        ? new Answer(isFallback(response, body), clock.Elapsed)
        : throw new TimeoutException($"{address} answered {(int)response.StatusCode}: {body}. A page must be answered, whatever is broken behind it.");
}

async Task<string?> CircuitAsync(Uri process, string prefix)
{
    var breakers = await http.GetFromJsonAsync<JsonElement>(new Uri(process, "/portolan/breakers"));
    return breakers.GetProperty("breakers").EnumerateArray()
        .Where(breaker => breaker.GetProperty("name").GetString()!.StartsWith(prefix, StringComparison.Ordinal))
        .Select(breaker => breaker.GetProperty("state").GetString())
        .FirstOrDefault();
}

async Task<string> PlaceAsync()
{
    var order = new { customerId = "cust-456", items = new[] { new { productId = "prod-003", quantity = 1 } }, paymentMethod = "card-ok" };
    using var response = await http.PostAsJsonAsync(new Uri(gateway, "/api/orders"), order);
    return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("orderId").GetString()!;
}

async Task UntilAsync(string what, Func<Task<bool>> condition)
{
    var clock = Stopwatch.StartNew();
    while (!await condition())
    {
        if (clock.Elapsed > patience)
        {
            throw new TimeoutException($"   not seen within {patience.TotalSeconds:0} s: {what}");
        }

        await Task.Delay(100);
    }

    Console.WriteLine($"   {clock.Elapsed.TotalSeconds,5:0.0} s  {what}");
}

void Title(string text)
{
    Console.WriteLine();
    Console.WriteLine(text);
}

internal sealed record Answer(bool Fallback, TimeSpan Time);
