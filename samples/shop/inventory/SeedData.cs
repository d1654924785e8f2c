using Portolan.Messaging.Outbox;

namespace Shop.Inventory;

internal static class SeedData
{
    private static readonly (string Product, int Quantity)[] Stock = [("prod-001", 45), ("prod-002", 0), ("prod-003", 1000)];

    public static async ValueTask ApplyAsync(StoreTransaction store, OutboxWriter outbox)
    {
        foreach (var (product, quantity) in Stock)
        {
            await store.ExecuteAsync($"insert into stock (product_id, available) values ({product}, {quantity})");
        }
    }
}
