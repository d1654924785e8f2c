namespace Shop.Inventory.ReleasingStock;

[Command("shop.release-stock.v1", Key = nameof(OrderId))]
internal sealed record ReleaseStock(string OrderId);

internal static class ReleaseStockHandler
{
    // Gives back what the order holds; nothing, when it holds nothing (any more).
    [Handler]
    public static async ValueTask Handle(ReleaseStock command, StoreTransaction store)
    {
        await store.ExecuteAsync(
            $"""
            update stock set available = available +
                (select quantity from reservations where order_id = {command.OrderId} and product_id = stock.product_id)
            where product_id in (select product_id from reservations where order_id = {command.OrderId})
            """);
        await store.ExecuteAsync($"delete from reservations where order_id = {command.OrderId}");
    }
}
