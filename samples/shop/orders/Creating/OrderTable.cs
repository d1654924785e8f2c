namespace Shop.Orders.Creating;

/// <summary>The saga's steps in this service's own tables.</summary>
internal static class OrderTable
{
    public static async ValueTask<Rejection?> CreateAsync(OrderState order, SagaContext context)
    {
        var store = context.Transaction;
        var inserted = await store.ExecuteAsync(
            $"""
            insert into orders (order_id, saga_id, customer_id, customer_name, customer_email, status, total, payment_method, created_at, updated_at)
            values ({order.OrderId}, {context.SagaId}, {order.CustomerId}, {order.CustomerName}, {order.CustomerEmail}, 'pending',
                    {order.Total}, {order.PaymentMethod}, {context.Now}, {context.Now})
            on conflict do nothing
            """);
        if (inserted == 0)
        {
            throw new ProblemException(CreateOrderRules.Taken(order.OrderId));
        }

        foreach (var line in order.Items)
        {
            await store.ExecuteAsync(
                $"""
                insert into order_items (order_id, product_id, product_name, quantity, unit_price)
                values ({order.OrderId}, {line.ProductId}, {line.Name}, {line.Quantity}, {line.UnitPrice})
                """);
        }

        await context.SendAsync(new OrderPlaced(order.OrderId, order.CustomerId, order.CustomerName, order.CustomerEmail, order.Items, order.Total));
        return null;
    }

    public static async ValueTask<Rejection?> CancelAsync(OrderState order, SagaContext context)
    {
        var reason = context.Reason!;
        await context.Transaction.ExecuteAsync(
            $"update orders set status = 'cancelled', reason = {reason.Code}, updated_at = {context.Now} where order_id = {order.OrderId}");
        await context.SendAsync(new OrderCancelled(order.OrderId, order.CustomerId, order.CustomerName, order.CustomerEmail, reason.Code, reason.Message));
        return null;
    }

    public static async ValueTask<Rejection?> ConfirmAsync(OrderState order, SagaContext context)
    {
        await context.Transaction.ExecuteAsync(
            $"""
            update orders set status = 'confirmed', tracking_number = {order.TrackingNumber},
                   confirmation_number = {order.ConfirmationNumber}, updated_at = {context.Now}
            where order_id = {order.OrderId}
            """);
        await context.SendAsync(new OrderConfirmed(
            order.OrderId, order.CustomerId, order.CustomerName, order.CustomerEmail, order.Total, order.ConfirmationNumber, order.TrackingNumber));
        return null;
    }
}
