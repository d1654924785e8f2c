using System.Data.Common;
using System.Text.Json.Serialization;
using Portolan.Core.Correlation;

namespace Shop.Orders.Getting;

[method: JsonConstructor]
internal sealed record Order(
    string OrderId,
    string Status,
    string? Reason,
    string CustomerId,
    string CustomerName,
    string CustomerEmail,
    decimal Total,
    string? ConfirmationNumber,
    string? TrackingNumber,
    Guid SagaId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public IReadOnlyList<Line> Items { get; init; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Meta? Meta { get; init; }
}

internal sealed record Line(string ProductId, string Name, int Quantity, decimal UnitPrice);

internal sealed record Meta(string ConsistencyStatus, DateTimeOffset LastUpdated, DateTimeOffset ExpectedConsistentBy);

internal static class GetOrderEndpoint
{
    // An order is settled in a fraction of a second; this long a client should expect it not to be.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    public static void MapGetOrder(this WebApplication app) =>
        app.MapGet("/api/orders/{orderId}", async (string orderId, Store store, HttpResponse response, CancellationToken cancellationToken) =>
        {
            var order = await store.ReadAsync(session => FindAsync(session, orderId), cancellationToken);
            if (order is null)
            {
                return KnownProblems.NotFound($"There is no order {orderId}.");
            }

            if (order.Status == "pending")
            {
                response.Headers[HeaderNames.ConsistencyStatus] = "eventual";
                order = order with { Meta = new Meta("eventual", order.UpdatedAt, order.UpdatedAt + Settling) };
            }

            return Results.Ok(order);
        });

    private static async ValueTask<Order?> FindAsync(StoreSession session, string orderId)
    {
        var order = await session.FirstOrDefaultAsync(
            $"""
            select order_id, status, reason, customer_id, customer_name, customer_email, total, confirmation_number, tracking_number, saga_id, created_at, updated_at
            from orders where order_id = {orderId}
            """,
            Read);
        return order is null ? null : order with
        {
            Items = await session.QueryAsync(
                $"select product_id, product_name, quantity, unit_price from order_items where order_id = {orderId} order by rowid",
                row => new Line(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetDecimal(3))),
        };
    }

    private static Order Read(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetStringOrNull(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetDecimal(6),
        row.GetStringOrNull(7), row.GetStringOrNull(8), row.GetGuid(9), row.GetTime(10), row.GetTime(11));
}
