using System.Data.Common;
using System.Text.Json.Serialization;
using Portolan.Resilience.Fallback;
using Stock = System.Collections.Generic.IReadOnlyDictionary<string, bool>;

namespace Shop.Catalog.Getting;

/// <summary>InStock is null while the inventory was never heard of: the page still shows. Meta says when the stock is an old one.</summary>
internal sealed record Product(string ProductId, string Name, decimal Price, bool? InStock, FallbackMeta? Meta = null)
{
    /// <summary>Only the next version says it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Currency { get; init; }
}

internal static class GetProductsEndpoints
{
    public static void MapGetProducts(this WebApplication app, string? currency)
    {
        app.MapGet("/api/products", async (Store store, StockLookup lookup, HttpResponse response, CancellationToken cancellationToken) =>
        {
            var products = await store.QueryAsync($"select product_id, name, price from products order by product_id", Read, cancellationToken);
            var stock = await lookup.AllAsync(cancellationToken);
            MayBeKept(response, stock);
            return products.ConvertAll(product => WithStock(product, stock, currency));
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
            MayBeKept(response, stock);
            return Results.Ok(WithStock(product, stock, currency));
        });
    }

    // The same for every customer, so the gateway may keep it, for as long as it is told there; but never what stands in for the
    // real stock, or the page would be wrong for longer than the inventory is away.
    private static void MayBeKept(HttpResponse response, Marked<Stock>? stock)
    {
        response.Mark(stock?.Meta);
        response.Headers.CacheControl = stock is (_, null) ? "public" : "no-store";
    }

    private static Product WithStock(Product product, Marked<Stock>? stock, string? currency)
    {
        var shown = product with { Currency = currency };
        return stock is var (inStock, meta) ? shown with { InStock = inStock.GetValueOrDefault(product.ProductId), Meta = meta } : shown;
    }

    private static Product Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetDecimal(2), null);
}
