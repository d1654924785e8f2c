namespace Shop.Orders.Creating;

// What the other services are asked, and what of their answers is used. They have records of their own: only names and fields are shared.

[Command("shop.reserve-stock.v1", To = "inventory", Key = nameof(OrderId))]
internal sealed record ReserveStock(string OrderId, IReadOnlyList<OrderLine> Items);

[Command("shop.release-stock.v1", To = "inventory", Key = nameof(OrderId))]
internal sealed record ReleaseStock(string OrderId);

[Command("shop.process-payment.v1", To = "payments", Key = nameof(OrderId))]
internal sealed record ProcessPayment(string OrderId, string CustomerId, decimal Amount, string PaymentMethod);

internal sealed record PaymentProcessed(string PaymentId);

[Command("shop.schedule-shipment.v1", To = "shipping", Key = nameof(OrderId))]
internal sealed record ScheduleShipment(string OrderId, string CustomerId, string Recipient);

internal sealed record ShipmentScheduled(string TrackingNumber);
