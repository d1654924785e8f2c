namespace Shop.Orders.Products;

[Event("shop.product-listed.v1", Key = nameof(ProductId))]
internal sealed record ProductListed(string ProductId, string Name, decimal Price, int Version);

internal static class ProductListedHandler
{
    [Handler(Idempotent = true)]
    public static async ValueTask Handle(ProductListed product, StoreTransaction store)
    {
        await store.ExecuteAsync(
            $"""
            insert into products (product_id, name, price, version)
            values ({product.ProductId}, {product.Name}, {product.Price}, {product.Version})
            on conflict (product_id) do update set name = excluded.name, price = excluded.price, version = excluded.version
            where excluded.version > products.version
            """);
    }
}
