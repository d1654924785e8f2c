using Portolan.Core.Flags;

namespace Shop.Shipping.Scheduling;

[Command("shop.schedule-shipment.v1", Key = nameof(OrderId))]
internal sealed record ScheduleShipment(string OrderId, string CustomerId, string Recipient);

internal sealed record ShipmentScheduled(string OrderId, string TrackingNumber);

internal static class ScheduleShipmentHandler
{
    // The carrier is remote: it is asked before the transaction, and asking it twice for one order gives one parcel.
    public static ValueTask<string> LoadAsync(ScheduleShipment command, Carrier carrier) =>
        ValueTask.FromResult(carrier.Collect("ord-" + command.OrderId, express: FeatureFlags.IsOn("express-shipping")));

    [Handler]
    public static async ValueTask<ShipmentScheduled> Handle(ScheduleShipment command, string trackingNumber, StoreTransaction store, TimeProvider clock)
    {
        await store.ExecuteAsync(
            $"""
            insert into shipments (order_id, customer_id, recipient, tracking_number, scheduled_at)
            values ({command.OrderId}, {command.CustomerId}, {command.Recipient}, {trackingNumber}, {clock.GetUtcNow()})
            on conflict do nothing
            """);
        return new ShipmentScheduled(command.OrderId, trackingNumber);
    }
}
