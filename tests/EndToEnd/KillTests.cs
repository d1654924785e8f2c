using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Portolan.EndToEnd.Tests.Running;

namespace Portolan.EndToEnd.Tests;

/// <summary>Kills every process of the shop with SIGKILL while orders are in flight, then reads the books.</summary>
public sealed class KillTests(ITestOutputHelper log)
{
    private const int Orders = 150;
    private const double PerSecond = 10;

    [Fact]
    public async Task No_order_is_lost_doubled_or_half_done_when_every_process_is_killed()
    {
        await using var shop = new ShopSystem();
        await shop.InitializeAsync();
        var placing = PlaceAllAsync(shop);
        var kills = await KillEveryProcessAsync(shop, placing);
        var placed = await placing;
        log.WriteLine($"{kills} processes killed while {placed.Count} orders were placed");

        foreach (var orderId in placed.Values)
        {
            var order = await shop.SettledAsync(orderId, TimeSpan.FromMinutes(2));
            Assert.Contains(order.Text("status"), new[] { "confirmed", "cancelled" });
        }

        Assert.Equal(0, await shop.StopAsync());
        CheckBooks(shop, placed);
    }

    private static async Task<Dictionary<string, string>> PlaceAllAsync(ShopSystem shop)
    {
        var began = Stopwatch.StartNew();
        var orders = Enumerable.Range(0, Orders).Select(async number =>
        {
            var due = TimeSpan.FromSeconds(number / PerSecond) - began.Elapsed;
            await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero);
            return (Key: $"order-{number}", OrderId: await PlaceAsync(shop, number));
        });
        return (await Task.WhenAll(orders)).ToDictionary(order => order.Key, order => order.OrderId);
    }

    // As a careful client does: the same key until there is an answer.
    private static async Task<string> PlaceAsync(ShopSystem shop, int number)
    {
        var order = new
        {
            customerId = number % 2 == 0 ? "cust-456" : "cust-789",
            items = new[] { new { productId = "prod-003", quantity = 1 + (number % 3) } },
            paymentMethod = number % 5 == 0 ? "card-declined" : "card-ok",
        };
        return await Eventually.IsAsync(
            async () =>
            {
                using var response = await shop.PlaceAsync(order, $"order-{number}");
                if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
                {
                    return null;
                }

                Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
                return (await response.Content.ReadFromJsonAsync<JsonElement>()).Text("orderId");
            },
            $"order {number} was accepted",
            TimeSpan.FromMinutes(2));
    }

    private static async Task<int> KillEveryProcessAsync(ShopSystem shop, Task placing)
    {
        var kills = 0;
        var instances = (await shop.Processes()).Select(process => process.Instance).ToList();
        foreach (var instance in instances)
        {
            var victim = (await shop.Processes()).Single(process => process.Instance == instance);
            ShopSystem.Kill(victim);
            kills++;
            if (!placing.IsCompleted)
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }

        Assert.Equal(ShopSystem.ProcessCount, kills);
        return kills;
    }

    private static void CheckBooks(ShopSystem shop, Dictionary<string, string> placed)
    {
        var orders = Ledger.Query(
            shop.Data("orders"), "select order_id, status, total from orders",
            row => (Id: row.GetString(0), Status: row.GetString(1), Total: row.GetDecimal(2)));
        Assert.Equal(placed.Values.Order(), orders.Select(order => order.Id).Order());
        Assert.All(orders, order => Assert.Contains(order.Status, new[] { "confirmed", "cancelled" }));
        var confirmed = orders.Where(order => order.Status == "confirmed").ToDictionary(order => order.Id, order => order.Total);
        Assert.NotEmpty(confirmed);
        Assert.NotEqual(orders.Count, confirmed.Count);

        // Each confirmed order was charged once and for its total; no cancelled one was charged.
        var charges = Ledger.Query(
            shop.Data("payments"), "select order_id, amount from payments where status = 'charged'",
            row => (Id: row.GetString(0), Amount: row.GetDecimal(1)));
        Assert.Equal(confirmed.OrderBy(order => order.Key).Select(order => (order.Key, order.Value)), charges.OrderBy(charge => charge.Id));

        // What is reserved belongs to confirmed orders, and with what is left makes up the stock of the start.
        var reservations = Ledger.Query(
            shop.Data("inventory"), "select order_id, quantity from reservations", row => (Id: row.GetString(0), Quantity: row.GetInt32(1)));
        Assert.Equal(confirmed.Keys.Order(), reservations.Select(reservation => reservation.Id).Order());
        var available = Ledger.Query(shop.Data("inventory"), "select available from stock where product_id = 'prod-003'", row => row.GetInt32(0)).Single();
        Assert.Equal(1000, available + reservations.Sum(reservation => reservation.Quantity));

        var shipments = Ledger.Query(shop.Data("shipping"), "select order_id from shipments", row => row.GetString(0));
        Assert.Equal(confirmed.Keys.Order(), shipments.Order());
        Assert.Empty(Ledger.Query(shop.Data("orders"), "select saga_id from sagas where status not in ('completed', 'compensated')", row => row.GetString(0)));
        foreach (var service in new[] { "orders", "inventory", "payments", "shipping", "notifications" })
        {
            Assert.Empty(Ledger.Query(shop.Data(service), "select id from dead_letters", row => row.GetString(0)));
        }
    }
}
