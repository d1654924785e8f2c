namespace Shop.Inventory;

internal sealed record Stock(string ProductId, int Available, bool InStock);

internal static class GetStock
{
    public static void MapStock(this WebApplication app)
    {
        app.MapGet("/stock", async (Store store, CancellationToken cancellationToken) =>
            await store.QueryAsync($"select product_id, available from stock order by product_id", Read, cancellationToken));

        app.MapGet("/stock/{productId}", async (string productId, Store store, CancellationToken cancellationToken) =>
            await store.FirstOrDefaultAsync($"select product_id, available from stock where product_id = {productId}", Read, cancellationToken) is { } stock
                ? Results.Ok(stock)
                : KnownProblems.NotFound($"There is no product {productId}."));
    }

    private static Stock Read(System.Data.Common.DbDataReader row) => new(row.GetString(0), row.GetInt32(1), row.GetInt32(1) > 0);
}
