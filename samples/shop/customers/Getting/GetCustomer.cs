namespace Shop.Customers.Getting;

internal sealed record Customer(string CustomerId, string Name, string Email);

internal static class GetCustomerEndpoint
{
    public static void MapGetCustomer(this WebApplication app) =>
        app.MapGet("/api/customers/{customerId}", async (string customerId, Store store, CancellationToken cancellationToken) =>
            await store.FirstOrDefaultAsync(
                $"select customer_id, name, email from customers where customer_id = {customerId}",
                row => new Customer(row.GetString(0), row.GetString(1), row.GetString(2)),
                cancellationToken) is { } customer
                ? Results.Ok(customer)
                : KnownProblems.NotFound($"There is no customer {customerId}."));
}
