namespace Shop.Notifications.Sending;

// Of each event only what a message to the customer needs.

[Event("shop.order-placed.v1", Key = nameof(OrderId))]
internal sealed record OrderPlaced(string OrderId, string CustomerName, string CustomerEmail, decimal Total);

[Event("shop.order-confirmed.v1", Key = nameof(OrderId))]
internal sealed record OrderConfirmed(string OrderId, string CustomerName, string CustomerEmail, string ConfirmationNumber, string? TrackingNumber);

[Event("shop.order-cancelled.v1", Key = nameof(OrderId))]
internal sealed record OrderCancelled(string OrderId, string CustomerName, string CustomerEmail, string Reason);
