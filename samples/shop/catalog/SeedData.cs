using Portolan.Messaging.Outbox;
using Shop.Catalog.Listing;

namespace Shop.Catalog;

internal static class SeedData
{
    private static readonly ProductListed[] Products =
    [
        new("prod-001", "Wireless Headphones", 249.99m, 1),
        new("prod-002", "Running Shoes", 129.99m, 1),
        new("prod-003", "Coffee Grinder", 59.00m, 1),
    ];

    public static async ValueTask ApplyAsync(StoreTransaction store, OutboxWriter outbox)
    {
        await KeepAsync(store, outbox);
        foreach (var product in Products)
        {
            await outbox.AddAsync(store, product);
        }
    }

    /// <summary>Tells nobody: the version in use has listed them.</summary>
    public static async ValueTask KeepAsync(StoreTransaction store, OutboxWriter outbox)
    {
        foreach (var product in Products)
        {
            await store.ExecuteAsync(
                $"insert into products (product_id, name, price, version) values ({product.ProductId}, {product.Name}, {product.Price}, {product.Version})");
        }
    }
}
