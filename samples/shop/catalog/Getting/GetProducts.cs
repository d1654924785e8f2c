using System.Data.Common;
using Portolan.Resilience.Fallback;
using Stock = System.Collections.Generic.IReadOnlyDictionary<string, bool>;

namespace Shop.Catalog.Getting;

/// <summary>InStock is null while the inventory was never heard of: the page still shows. Meta says when the stock is an old one.</summary>
internal sealed record Product(string ProductId, string Name, decimal Price, bool? InStock, FallbackMeta? Meta = null);

internal static class GetProductsEndpoints
{
    public static void MapGetProducts(this WebApplication app)
    {
        app.MapGet("/api/products", async (Store store, StockLookup lookup, HttpResponse response, CancellationToken cancellationToken) =>
        {
            var products = await store.QueryAsync($"select product_id, name, price from products order by product_id", Read, cancellationToken);
            var stock = await lookup.AllAsync(cancellationToken);
            response.Mark(stock?.Meta);
            return products.ConvertAll(product => WithStock(product, stock));
        });

        app.MapGet("/api/products/{productId}", async (string productId, Store store, StockLookup lookup, HttpResponse response, CancellationToken cancellationToken) =>
        {
            var product = await store.FirstOrDefaultAsync(
                $"select product_id, name, price from products where product_id = {productId}", Read, cancellationToken);
            if (product is null)
            {
                return KnownProblems.NotFound($"There is no product {productId}.");
            }

            var stock = await lookup.AllAsync(cancellationToken);
            response.Mark(stock?.Meta);
            return Results.Ok(WithStock(product, stock));
        });
    }

    private static Product WithStock(Product product, Marked<Stock>? stock) =>
        stock is var (inStock, meta) ? product with { InStock = inStock.GetValueOrDefault(product.ProductId), Meta = meta } : product;

    private static Product Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetDecimal(2), null);
}
