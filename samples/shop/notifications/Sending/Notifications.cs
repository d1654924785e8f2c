namespace Shop.Notifications.Sending;

/// <summary>Writes to customers when something happens to their orders. Nobody calls it: it only listens.</summary>
internal static class Notifications
{
    [Handler(Idempotent = true)]
    public static ValueTask Handle(OrderPlaced order, MessageContext context, StoreTransaction store, TimeProvider clock) =>
        SendAsync(store, context, clock, order.OrderId, order.CustomerEmail, $"{order.CustomerName}, we have your order for {order.Total:0.00}");

    [Handler(Idempotent = true)]
    public static ValueTask Handle(OrderConfirmed order, MessageContext context, StoreTransaction store, TimeProvider clock) =>
        SendAsync(store, context, clock, order.OrderId, order.CustomerEmail, $"{order.CustomerName}, your order {order.ConfirmationNumber} is on its way: {order.TrackingNumber}");

    [Handler(Idempotent = true)]
    public static ValueTask Handle(OrderCancelled order, MessageContext context, StoreTransaction store, TimeProvider clock) =>
        SendAsync(store, context, clock, order.OrderId, order.CustomerEmail, $"{order.CustomerName}, your order was cancelled: {order.Reason}");

    // The event's id is the notification's: a duplicate writes the same row again.
    private static async ValueTask SendAsync(StoreTransaction store, MessageContext context, TimeProvider clock, string orderId, string recipient, string subject) =>
        await store.ExecuteAsync(
            $"""
            insert into notifications (message_id, order_id, recipient, subject, sent_at)
            values ({context.MessageId}, {orderId}, {recipient}, {subject}, {clock.GetUtcNow()})
            on conflict do nothing
            """);
}
