var builder = WebApplication.CreateBuilder(args);
builder.AddPortolan("orders");          // store, bus, sagas, registry, health, logs: from configuration

var app = builder.Build();
app.MapPost("/orders", (PlaceOrder order, IMessageBus bus, CancellationToken ct) => bus.SendAsync(order, ct).AsTask());
app.MapPortolan();                      // health, sagas, operator surface
app.Run();

[Command("shop.place-order.v1", Key = nameof(OrderId))]
internal sealed record PlaceOrder(string OrderId, string Product);

[Event("shop.order-placed.v1", Key = nameof(OrderId))]
internal sealed record OrderPlaced(string OrderId, string Product);

internal static class OrderHandlers
{
    // Runs in the store's transaction; what it returns is published through the outbox when that commits.
    [Handler]
    public static async ValueTask<OrderPlaced> Handle(PlaceOrder command, StoreTransaction store)
    {
        await store.ExecuteAsync($"insert into orders (id, product) values ({command.OrderId}, {command.Product})");
        return new OrderPlaced(command.OrderId, command.Product);
    }
}
