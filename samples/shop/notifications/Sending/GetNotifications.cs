namespace Shop.Notifications.Sending;

internal sealed record Notification(string OrderId, string Recipient, string Subject, DateTimeOffset SentAt);

internal static class GetNotificationsEndpoint
{
    public static void MapNotifications(this WebApplication app) =>
        app.MapGet("/api/notifications/{orderId}", (string orderId, Store store, CancellationToken cancellationToken) => store.QueryAsync(
            $"select order_id, recipient, subject, sent_at from notifications where order_id = {orderId} order by sent_at",
            row => new Notification(row.GetString(0), row.GetString(1), row.GetString(2), row.GetTime(3)),
            cancellationToken).AsTask());
}
