namespace Shop.Orders.Creating;

// They carry what their readers need: nobody has to come back and ask.

[Event("shop.order-placed.v1", Key = nameof(OrderId))]
internal sealed record OrderPlaced(string OrderId, string CustomerId, string CustomerName, string CustomerEmail, IReadOnlyList<OrderLine> Items, decimal Total);

[Event("shop.order-confirmed.v1", Key = nameof(OrderId))]
internal sealed record OrderConfirmed(string OrderId, string CustomerId, string CustomerName, string CustomerEmail, decimal Total, string ConfirmationNumber, string? TrackingNumber);

[Event("shop.order-cancelled.v1", Key = nameof(OrderId))]
internal sealed record OrderCancelled(string OrderId, string CustomerId, string CustomerName, string CustomerEmail, string Code, string Reason);
