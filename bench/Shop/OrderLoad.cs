using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace Portolan.Bench.Shop;

/// <summary>Places orders in an open loop: each at its time, whether or not the earlier ones are answered.</summary>
internal sealed class OrderLoad(Uri gateway) : IDisposable
{
    private readonly HttpClient client = new() { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(30) };

    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
    }

    public void Dispose() => client.Dispose();

    public async Task FirstConfirmedAsync()
    {
        var orderId = await PlaceAsync("card-ok");
        while ((await OrderAsync(orderId)).GetProperty("status").GetString() != "confirmed")
        {
            await Task.Delay(5);
        }
    }

    /// <summary>Milliseconds of each POST, from its due time, and from each order's first row to its last state, by the service's own clock.</summary>
    public async Task<(List<double> Posted, List<double> Settled)> RunAsync(TimeSpan duration, double perSecond)
    {
        var began = Stopwatch.StartNew();
        var placed = await Task.WhenAll(Enumerable.Range(0, (int)(duration.TotalSeconds * perSecond)).Select(async number =>
        {
            var due = TimeSpan.FromSeconds(number / perSecond);
            var wait = due - began.Elapsed;
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
            var orderId = await PlaceAsync(number % 3 == 0 ? "card-declined" : "card-ok");
            return (OrderId: orderId, Milliseconds: (began.Elapsed - due).TotalMilliseconds);
        }));
        var settled = new List<double>();
        foreach (var (orderId, _) in placed)
        {
            settled.Add(await SettledAsync(orderId));
        }

        return ([.. placed.Select(order => order.Milliseconds)], settled);
    }

    private async Task<string> PlaceAsync(string paymentMethod)
    {
        var body = new { customerId = "cust-456", items = new[] { new { productId = "prod-003", quantity = 1 } }, paymentMethod };
        using var response = await client.PostAsJsonAsync("/api/orders", body);
        response.EnsureSuccessStatusCode();
        var accepted = await response.Content.ReadFromJsonAsync<JsonElement>();
        return accepted.GetProperty("orderId").GetString()!;
    }

    private async Task<double> SettledAsync(string orderId)
    {
        while (true)
        {
            var order = await OrderAsync(orderId);
            if (order.GetProperty("status").GetString() != "pending")
            {
                return (order.GetProperty("updatedAt").GetDateTimeOffset() - order.GetProperty("createdAt").GetDateTimeOffset()).TotalMilliseconds;
            }

            await Task.Delay(20);
        }
    }

    private Task<JsonElement> OrderAsync(string orderId) => client.GetFromJsonAsync<JsonElement>("/api/orders/" + orderId);
}
