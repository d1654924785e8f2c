namespace Shop.Inventory.ReservingStock;

[Command("shop.reserve-stock.v1", Key = nameof(OrderId))]
internal sealed record ReserveStock(string OrderId, IReadOnlyList<StockItem> Items);

internal sealed record StockItem(string ProductId, int Quantity);

internal sealed record StockReserved(string OrderId, IReadOnlyList<StockItem> Items);

internal static class ReserveStockHandler
{
    // All items or none: stock is taken only after every item was found sufficient.
    [Handler]
    public static async ValueTask<object> Handle(ReserveStock command, StoreTransaction store)
    {
        var wanted = command.Items.GroupBy(item => item.ProductId).Select(group => new StockItem(group.Key, group.Sum(item => item.Quantity))).ToList();
        foreach (var item in wanted)
        {
            var available = await store.FirstOrDefaultAsync($"select available from stock where product_id = {item.ProductId}", row => row.GetInt32(0));
            if (available < item.Quantity)
            {
                return new Rejection("OUT_OF_STOCK", $"Of {item.ProductId} {available} are in stock; {item.Quantity} are wanted.");
            }
        }

        foreach (var item in wanted)
        {
            // A commutative update: what others reserve meanwhile does not matter.
            await store.ExecuteAsync($"update stock set available = available - {item.Quantity} where product_id = {item.ProductId}");
            await store.ExecuteAsync(
                $"insert into reservations (order_id, product_id, quantity) values ({command.OrderId}, {item.ProductId}, {item.Quantity})");
        }

        return new StockReserved(command.OrderId, wanted);
    }
}
