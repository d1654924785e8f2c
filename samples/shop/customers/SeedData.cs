using Portolan.Messaging.Outbox;
using Shop.Customers.Changing;

namespace Shop.Customers;

internal static class SeedData
{
    private static readonly CustomerChanged[] Customers =
    [
        new("cust-456", "Jane Smith", "jane.smith@example.com", 1),
        new("cust-789", "Ravi Patel", "ravi.patel@example.com", 1),
    ];

    public static async ValueTask ApplyAsync(StoreTransaction store, OutboxWriter outbox)
    {
        foreach (var customer in Customers)
        {
            await store.ExecuteAsync(
                $"insert into customers (customer_id, name, email, version) values ({customer.CustomerId}, {customer.Name}, {customer.Email}, {customer.Version})");
            await outbox.AddAsync(store, customer);
        }
    }
}
