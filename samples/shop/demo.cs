// Places a confirmed, a declined and an out-of-stock order at the running shop, and shows each saga's steps as they happen.
//   dotnet run samples/shop/demo.cs [gateway address]
#:property PublishAot=false
#:property JsonSerializerIsReflectionEnabledByDefault=true

using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

var gateway = new Uri(args.FirstOrDefault() ?? "http://127.0.0.1:8080");
using var shop = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(10) };
var colours = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

try
{
    await PlaceAsync("An order that works", "prod-001", 1, "card-ok");
    await PlaceAsync("A card that is declined", "prod-003", 2, "card-declined");
    await PlaceAsync("A product that is out of stock", "prod-002", 1, "card-ok");
    return 0;
}
catch (HttpRequestException error)
{
    Console.Error.WriteLine($"The shop at {gateway} does not answer ({error.Message}). Start it first: ./portolan up samples/shop");
    return 1;
}
catch (TimeoutException error)
{
    Console.Error.WriteLine(error.Message);
    return 1;
}

async Task PlaceAsync(string title, string productId, int quantity, string paymentMethod)
{
    Console.WriteLine();
    Console.WriteLine(Paint("1", $"{title}: {quantity} x {productId}, paid by {paymentMethod}"));
    using var request = new HttpRequestMessage(HttpMethod.Post, "/api/orders")
    {
        Content = JsonContent.Create(new { customerId = "cust-456", items = new[] { new { productId, quantity } }, paymentMethod }),
    };
    request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
    var clock = Stopwatch.StartNew();
    using var response = await shop.SendAsync(request);
    var accepted = await response.Content.ReadFromJsonAsync<JsonElement>();
    if (!response.IsSuccessStatusCode)
    {
        throw new HttpRequestException($"{(int)response.StatusCode}: {accepted}");
    }

    Console.WriteLine($"  {clock.ElapsedMilliseconds,5} ms  {(int)response.StatusCode} {response.Headers.Location}");
    await FollowAsync(accepted.GetProperty("sagaId").GetString()!, clock);
    var order = await shop.GetFromJsonAsync<JsonElement>(response.Headers.Location);
    var reason = order.GetProperty("reason").GetString();
    Console.WriteLine($"            order is {Paint(reason is null ? "32" : "31", order.GetProperty("status").GetString()!)}{(reason is null ? "" : $" ({reason})")}");
}

async Task FollowAsync(string sagaId, Stopwatch clock)
{
    var shown = new Dictionary<string, string>();
    while (clock.Elapsed < TimeSpan.FromSeconds(60))
    {
        var saga = await shop.GetFromJsonAsync<JsonElement>($"/v1/sagas/create-order/{sagaId}");
        foreach (var step in saga.GetProperty("steps").EnumerateArray())
        {
            Show(step, shown, clock);
        }

        var status = saga.GetProperty("status").GetString();
        if (status is "completed" or "compensated" or "needs-attention")
        {
            Console.WriteLine($"  {clock.ElapsedMilliseconds,5} ms  saga is {status}");
            return;
        }

        await Task.Delay(5);
    }

    throw new TimeoutException($"Saga {sagaId} is not settled after 60 s; look at it with: ./portolan saga show {sagaId}");
}

void Show(JsonElement step, Dictionary<string, string> shown, Stopwatch clock)
{
    var name = step.GetProperty("name").GetString()!;
    var status = step.GetProperty("status").GetString()!;
    if (status == "pending" || (shown.TryGetValue(name, out var before) && before == status))
    {
        return;
    }

    shown[name] = status;
    var note = status switch
    {
        "failed" => $"  {step.GetProperty("error").GetProperty("code").GetString()}",
        "compensated" => $"  by {step.GetProperty("compensation").GetString()}",
        _ => "",
    };
    var colour = status switch { "completed" => "32", "failed" => "31", "compensated" => "33", _ => "2" };
    Console.WriteLine($"  {clock.ElapsedMilliseconds,5} ms  {name,-18} {Paint(colour, status)}{note}");
}

string Paint(string code, string text) => colours ? $"\u001b[{code}m{text}\u001b[0m" : text;
