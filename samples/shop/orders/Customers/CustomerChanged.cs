namespace Shop.Orders.Customers;

[Event("shop.customer-changed.v1", Key = nameof(CustomerId))]
internal sealed record CustomerChanged(string CustomerId, string Name, string Email, int Version);

internal static class CustomerChangedHandler
{
    // Idempotent by its condition: an older or equal version changes nothing, in whatever order they come.
    [Handler(Idempotent = true)]
    public static async ValueTask Handle(CustomerChanged change, StoreTransaction store)
    {
        var changed = await store.ExecuteAsync(
            $"""
            insert into customers (customer_id, name, email, version)
            values ({change.CustomerId}, {change.Name}, {change.Email}, {change.Version})
            on conflict (customer_id) do update set name = excluded.name, email = excluded.email, version = excluded.version
            where excluded.version > customers.version
            """);
        if (changed > 0)
        {
            await store.ExecuteAsync(
                $"update orders set customer_name = {change.Name}, customer_email = {change.Email} where customer_id = {change.CustomerId}");
        }
    }
}
