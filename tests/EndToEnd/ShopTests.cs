using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Portolan.EndToEnd.Tests.Running;

namespace Portolan.EndToEnd.Tests;

[CollectionDefinition("shop")]
public sealed class ShopCollection : ICollectionFixture<ShopSystem>;

/// <summary>The shop as its customers and its operators use it.</summary>
[Collection("shop")]
public sealed class ShopTests(ShopSystem shop)
{
    [Fact]
    public async Task An_order_is_accepted_found_at_once_and_confirmed()
    {
        using var response = await shop.PlaceAsync(Order("prod-001", 2));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var accepted = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("pending", accepted.Text("status"));
        Assert.Equal($"/api/orders/{accepted.Text("orderId")}", response.Headers.Location!.ToString());
        using var found = await shop.Gateway.GetAsync(response.Headers.Location);
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);

        var order = await shop.SettledAsync(accepted.Text("orderId")!);
        Assert.Equal("confirmed", order.Text("status"));
        Assert.Equal(499.98m, order.GetProperty("total").GetDecimal());
        var saga = await shop.GetAsync($"/v1/sagas/create-order/{accepted.Text("sagaId")}");
        Assert.Equal("completed", saga.Text("status"));
        Assert.All(saga.GetProperty("steps").EnumerateArray(), step => Assert.Equal("completed", step.Text("status")));
        Assert.Equal(order.Text("confirmationNumber"), saga.GetProperty("result").Text("confirmationNumber"));
    }

    [Fact]
    public async Task A_declined_card_undoes_the_reservation_and_cancels_the_order()
    {
        var (order, saga) = await PlaceAndSettleAsync(Order("prod-003", 5, "card-declined"));
        Assert.Equal("cancelled", order.Text("status"));
        Assert.Equal("INSUFFICIENT_FUNDS", order.Text("reason"));
        Assert.Equal("compensated", saga.Text("status"));
        Assert.Equal("process-payment", saga.GetProperty("error").Text("failedStep"));
        var steps = saga.GetProperty("steps").EnumerateArray().ToDictionary(step => step.Text("name")!);
        Assert.Equal("release-stock", steps["reserve-stock"].Text("compensation"));
        Assert.Equal("cancel-order", steps["create-order"].Text("compensation"));
        Assert.Equal("skipped", steps["schedule-shipment"].Text("status"));
    }

    [Fact]
    public async Task Out_of_stock_cancels_the_order()
    {
        var (order, saga) = await PlaceAndSettleAsync(Order("prod-002", 1));
        Assert.Equal("OUT_OF_STOCK", order.Text("reason"));
        Assert.Equal("reserve-stock", saga.GetProperty("error").Text("failedStep"));
    }

    [Fact]
    public async Task Starting_the_saga_directly_places_an_order_too()
    {
        using var response = await shop.Gateway.PostAsJsonAsync("/v1/sagas/create-order", Order("prod-003", 1));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var started = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal($"/v1/sagas/create-order/{started.Text("sagaId")}", response.Headers.Location!.ToString());
        Assert.Equal("running", started.Text("status"));
        Assert.Equal("create-order", started.Text("currentStep"));
        var saga = await SagaAsync(started.Text("sagaId")!, "completed");
        Assert.Equal("confirmed", (await shop.SettledAsync(saga.GetProperty("result").Text("orderId")!)).Text("status"));
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_same_order_and_another_body_is_refused()
    {
        var key = Guid.NewGuid().ToString();
        using var first = await shop.PlaceAsync(Order("prod-003", 1), key);
        using var again = await shop.PlaceAsync(Order("prod-003", 1), key);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        using var other = await shop.PlaceAsync(Order("prod-003", 2), key);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
    }

    [Fact]
    public async Task Details_join_the_order_its_customer_and_its_products()
    {
        var (order, _) = await PlaceAndSettleAsync(new
        {
            customerId = "cust-789",
            items = new[] { new { productId = "prod-003", quantity = 1 }, new { productId = "prod-001", quantity = 1 } },
            paymentMethod = "card-ok",
        });

        // On a busy machine an optional part may not come in its time, and is marked as missing.
        var details = (await Eventually.IsAsync(
            async () => await shop.GetAsync($"/api/orders/{order.Text("orderId")}/details") is var page && !page.TryGetProperty("meta", out _) ? page.ToString() : null,
            "the page is whole")).Json();
        Assert.Equal(order.Text("orderId"), details.GetProperty("order").Text("orderId"));
        Assert.Equal("cust-789", details.GetProperty("customer").Text("customerId"));
        Assert.Equal("Coffee Grinder", details.GetProperty("product").Text("name"));
        Assert.Equal(["prod-003", "prod-001"], details.GetProperty("products").EnumerateArray().Select(product => product.Text("productId")));
    }

    [Fact]
    public async Task A_renamed_customer_shows_in_older_orders()
    {
        var (order, _) = await PlaceAndSettleAsync(Order("prod-003", 1, customerId: "cust-456"));
        using var renamed = await shop.Gateway.PutAsJsonAsync("/api/customers/cust-456", new { name = "Jane Miller" });
        Assert.Equal(HttpStatusCode.OK, renamed.StatusCode);
        await Eventually.IsAsync(
            async () => (await shop.GetAsync($"/api/orders/{order.Text("orderId")}")).Text("customerName") == "Jane Miller" ? "yes" : null,
            "the order shows the new name");
    }

    [Fact]
    public async Task Customers_are_notified_by_events_alone()
    {
        var (order, _) = await PlaceAndSettleAsync(Order("prod-003", 1));
        await Eventually.IsAsync(
            async () => (await shop.GetAsync($"/api/notifications/{order.Text("orderId")}")).GetArrayLength() == 2 ? "yes" : null,
            "two notifications were sent");
    }

    [Fact]
    public async Task Products_show_their_stock()
    {
        var products = (await Eventually.IsAsync(
                async () => await shop.GetAsync("/api/products") is var page && page.ToString() is var text && !text.Contains("\"inStock\":null") ? text : null,
                "the stock is known"))
            .Json().EnumerateArray().ToDictionary(product => product.Text("productId")!);
        Assert.Equal(3, products.Count);
        Assert.Equal("Wireless Headphones", products["prod-001"].Text("name"));
        Assert.False(products["prod-002"].GetProperty("inStock").GetBoolean());
        Assert.True((await shop.GetAsync("/api/products/prod-003")).GetProperty("inStock").GetBoolean());
    }

    [Fact]
    public async Task The_whole_system_is_healthy_in_one_answer()
    {
        var health = await shop.GetAsync("/health/system");

        // Another test's service may have come and gone by now; it is known still, and away.
        var services = health.GetProperty("services");
        Assert.All(services.EnumerateObject().Where(service => service.Name != "reviews"), service => Assert.Equal("UP", service.Value.Text("status")));
        Assert.Equal(services.TryGetProperty("reviews", out _) ? "DEGRADED" : "UP", health.Text("status"));
        Assert.Equal(2, services.GetProperty("orders").GetProperty("instances").GetProperty("healthy").GetInt32());
    }

    public static TheoryData<string, HttpStatusCode, string> InvalidOrders => new()
    {
        { """{"customerId":"cust-456","items":[],"paymentMethod":"card-ok"}""", HttpStatusCode.BadRequest, "items" },
        { """{"customerId":"cust-456","items":[{"productId":"prod-003","quantity":-1}],"paymentMethod":"card-ok"}""", HttpStatusCode.BadRequest, "items[0].quantity" },
        { """{"items":[{"productId":"prod-003","quantity":1}],"paymentMethod":"card-ok"}""", HttpStatusCode.BadRequest, "customerId" },
        { """{"customerId":"nobody","items":[{"productId":"prod-003","quantity":1}],"paymentMethod":"card-ok"}""", HttpStatusCode.NotFound, "customerId" },
        { """{"customerId":"cust-456","items":[{"productId":"nothing","quantity":1}],"paymentMethod":"card-ok"}""", HttpStatusCode.NotFound, "items[0].productId" },
        { """{"customerId":"cust-456","items":[{"productId":""", HttpStatusCode.BadRequest, "JSON" },
    };

    [Theory]
    [MemberData(nameof(InvalidOrders))]
    public async Task An_invalid_order_is_refused_with_the_field_named(string body, HttpStatusCode status, string named)
    {
        foreach (var path in new[] { "/api/orders", "/v1/sagas/create-order" })
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await shop.Gateway.PostAsync(path, content);
            Assert.Equal(status, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
            Assert.Contains(named, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_too_large()
    {
        using var content = new StringContent(new string(' ', 10 << 20), Encoding.UTF8, "application/json");
        using var response = await shop.Gateway.PostAsync("/api/orders", content);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task One_trace_leads_through_the_logs_of_every_service()
    {
        // The carrier's first refusal is logged by shipping; the trace began at the gateway.
        await SwitchCarrierAsync(false);
        using var response = await shop.PlaceAsync(Order("prod-003", 1));
        var correlation = Assert.Single(response.Headers.GetValues("X-Correlation-ID"));
        try
        {
            var found = await Eventually.IsAsync(
                async () => (await shop.PortolanAsync("logs", "--trace", correlation)).Output is { Length: > 0 } lines && lines.Contains("shipping", StringComparison.Ordinal) ? lines : null,
                "shipping has logged under the correlation id that the gateway gave");
            Assert.Contains("carrier", found, StringComparison.Ordinal);
        }
        finally
        {
            await SwitchCarrierAsync(true);
            await RedriveAllAsync();
        }

        await shop.SettledAsync((await response.Content.ReadFromJsonAsync<JsonElement>()).Text("orderId")!);
    }

    [Fact]
    public async Task A_handler_that_always_throws_ends_in_the_dead_letters_and_a_redrive_completes_it()
    {
        await SwitchCarrierAsync(false);
        using var response = await shop.PlaceAsync(Order("prod-003", 1));
        var orderId = (await response.Content.ReadFromJsonAsync<JsonElement>()).Text("orderId")!;
        var letter = await Eventually.IsAsync(async () => (await DeadLettersAsync()).FirstOrDefault(dead => dead.Text("key") == orderId) is { ValueKind: JsonValueKind.Object } dead ? dead.Text("id") : null, "the shipment is a dead letter");

        var shown = await shop.PortolanAsync("dlq", "show", letter, "--json");
        Assert.Equal(0, shown.ExitCode);
        var details = JsonDocument.Parse(shown.Output).RootElement;
        Assert.Contains("carrier cannot be reached", details.Text("exception"), StringComparison.Ordinal);
        Assert.Equal(32, details.Text("traceId")!.Length);
        Assert.Equal("pending", (await shop.GetAsync("/api/orders/" + orderId)).Text("status"));

        await SwitchCarrierAsync(true);
        var redriven = await shop.PortolanAsync("dlq", "redrive", letter);
        Assert.True(redriven.ExitCode == 0, redriven.Error);
        Assert.Equal("confirmed", (await shop.SettledAsync(orderId)).Text("status"));
    }

    [Fact]
    public async Task The_operators_surface_is_not_reachable_through_the_gateway()
    {
        foreach (var path in new[] { "/portolan/sagas", "/api/orders/../portolan/sagas", "/api/orders/%2e%2e/portolan/sagas" })
        {
            using var response = await shop.Gateway.GetAsync(path);
            Assert.False(response.IsSuccessStatusCode, path);
        }
    }

    [Fact]
    public async Task The_registry_and_the_sagas_are_listed_on_the_command_line()
    {
        var (_, saga) = await PlaceAndSettleAsync(Order("prod-003", 1));
        var registry = JsonDocument.Parse((await shop.PortolanAsync("registry", "list", "--json")).Output).RootElement;
        Assert.Contains("inventory", registry.GetRawText(), StringComparison.Ordinal);
        var sagas = await shop.PortolanAsync("saga", "list", "--json");
        Assert.Contains(saga.Text("sagaId")!, sagas.Output, StringComparison.Ordinal);
        var shown = await shop.PortolanAsync("saga", "show", saga.Text("sagaId")!);
        Assert.Contains("process-payment", shown.Output, StringComparison.Ordinal);
    }

    private static object Order(string productId, int quantity, string paymentMethod = "card-ok", string customerId = "cust-456") =>
        new { customerId, items = new[] { new { productId, quantity } }, paymentMethod };

    private async Task<(JsonElement Order, JsonElement Saga)> PlaceAndSettleAsync(object order)
    {
        using var response = await shop.PlaceAsync(order);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var accepted = await response.Content.ReadFromJsonAsync<JsonElement>();
        var settled = await shop.SettledAsync(accepted.Text("orderId")!);
        return (settled, await SagaAsync(accepted.Text("sagaId")!, settled.Text("status") == "confirmed" ? "completed" : "compensated"));
    }

    private async Task<JsonElement> SagaAsync(string id, string status)
    {
        await Eventually.IsAsync(async () => (await shop.GetAsync("/v1/sagas/create-order/" + id)).Text("status") == status ? "yes" : null, $"saga {id} is {status}");
        return await shop.GetAsync("/v1/sagas/create-order/" + id);
    }

    private async Task SwitchCarrierAsync(bool available)
    {
        var shipping = (await shop.Processes()).Single(process => process.Name == "shipping");
        using var client = new HttpClient();
        using var response = await client.PutAsJsonAsync($"http://127.0.0.1:{shipping.Port}/carrier", new { available });
        response.EnsureSuccessStatusCode();
    }

    private async Task<List<JsonElement>> DeadLettersAsync()
    {
        var listed = await shop.PortolanAsync("dlq", "list", "--json");
        Assert.True(listed.ExitCode == 0, listed.Error);
        return [.. JsonDocument.Parse(listed.Output).RootElement.GetProperty("deadLetters").EnumerateArray()];
    }

    private async Task RedriveAllAsync()
    {
        foreach (var letter in await DeadLettersAsync())
        {
            await shop.PortolanAsync("dlq", "redrive", letter.Text("id")!);
        }
    }
}
