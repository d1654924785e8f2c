using Microsoft.AspNetCore.Mvc;
using Portolan.Core.Correlation;

namespace Shop.Orders.Creating;

internal sealed record CreateOrder(string? OrderId, string? CustomerId, IReadOnlyList<CreateOrderItem>? Items, string? PaymentMethod);

internal sealed record CreateOrderItem(string? ProductId, int Quantity);

internal sealed record OrderAccepted(string OrderId, Guid SagaId, string Status);

internal static class CreateOrderEndpoint
{
    public static void MapCreateOrder(this WebApplication app) =>
        app.MapPost("/api/orders", async (
            CreateOrder request,
            [FromHeader(Name = HeaderNames.IdempotencyKey)] string? key,
            CreateOrderSaga definition,
            SagaClient sagas,
            CancellationToken cancellationToken) =>
        {
            // Order, saga and the first command commit together: the address below answers from now on.
            var saga = await sagas.StartAsync(definition, request, key, cancellationToken: cancellationToken);
            var order = (OrderState)saga.State;
            return Results.Accepted($"/api/orders/{order.OrderId}", new OrderAccepted(order.OrderId, saga.Id, "pending"));
        });
}
