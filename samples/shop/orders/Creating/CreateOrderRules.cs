using System.Text.RegularExpressions;
using Portolan.Core.Identity;

namespace Shop.Orders.Creating;

/// <summary>Checks a request against what this service knows, names every wrong field, and makes the first state of the saga.</summary>
internal static partial class CreateOrderRules
{
    private const int MaximumItems = 100;
    private const int MaximumQuantity = 10_000;

    public static async ValueTask<SagaStart<OrderState>> CheckAsync(CreateOrder request, Store store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string[]>();
        CheckShape(request, errors);
        if (errors.Count > 0)
        {
            return KnownProblems.Invalid(errors);
        }

        return await store.ReadAsync(session => CompleteAsync(session, request, clock), cancellationToken);
    }

    public static Problem Taken(string orderId) => new("order-exists", "Order exists", 409, $"There is an order {orderId} already; leave orderId out to get a new one.");

    private static void CheckShape(CreateOrder request, Dictionary<string, string[]> errors)
    {
        if (request.OrderId is { } id && !OrderIdPattern().IsMatch(id))
        {
            errors["orderId"] = ["must have 1 to 64 letters, digits and hyphens, or be left out"];
        }

        if (string.IsNullOrWhiteSpace(request.CustomerId))
        {
            errors["customerId"] = ["is missing"];
        }

        if (string.IsNullOrWhiteSpace(request.PaymentMethod))
        {
            errors["paymentMethod"] = ["is missing"];
        }

        if (request.Items is not { Count: > 0 and <= MaximumItems } items)
        {
            errors["items"] = [$"must have 1 to {MaximumItems} entries"];
            return;
        }

        for (var index = 0; index < items.Count; index++)
        {
            if (string.IsNullOrWhiteSpace(items[index]?.ProductId))
            {
                errors[$"items[{index}].productId"] = ["is missing"];
            }

            if (items[index]?.Quantity is not (> 0 and <= MaximumQuantity))
            {
                errors[$"items[{index}].quantity"] = [$"must be between 1 and {MaximumQuantity}"];
            }
        }
    }

    private static async ValueTask<SagaStart<OrderState>> CompleteAsync(StoreSession store, CreateOrder request, TimeProvider clock)
    {
        if (request.OrderId is { } wanted
            && await store.FirstOrDefaultAsync($"select order_id from orders where order_id = {wanted}", row => row.GetString(0)) is not null)
        {
            return Taken(wanted);
        }

        var unknown = new Dictionary<string, string[]>();
        var customer = await store.FirstOrDefaultAsync(
            $"select name, email from customers where customer_id = {request.CustomerId}", row => (Name: row.GetString(0), Email: row.GetString(1)));
        if (customer.Name is null)
        {
            unknown["customerId"] = [$"there is no customer {request.CustomerId}"];
        }

        var lines = await LinesAsync(store, request.Items!, unknown);
        if (unknown.Count > 0)
        {
            return new Problem("not-found", "Not found", 404, "The order names things that do not exist; see errors.") { Errors = unknown };
        }

        var id = Ids.NewText(clock);
        return new OrderState(
            request.OrderId ?? $"ord-{id}", request.CustomerId!, customer.Name!, customer.Email!, lines,
            lines.Sum(line => line.UnitPrice * line.Quantity), request.PaymentMethod!, $"CONF-{id[^10..].ToUpperInvariant()}");
    }

    private static async ValueTask<List<OrderLine>> LinesAsync(StoreSession store, IReadOnlyList<CreateOrderItem> items, Dictionary<string, string[]> unknown)
    {
        var lines = new List<OrderLine>();
        for (var index = 0; index < items.Count; index++)
        {
            var productId = items[index].ProductId!;
            var product = await store.FirstOrDefaultAsync(
                $"select name, price from products where product_id = {productId}", row => (Name: row.GetString(0), Price: row.GetDecimal(1)));
            if (product.Name is null)
            {
                unknown[$"items[{index}].productId"] = [$"there is no product {productId}"];
                continue;
            }

            lines.Add(new OrderLine(productId, product.Name, items[index].Quantity, product.Price));
        }

        // One line a product: the same product twice is one line with both quantities.
        return [.. lines.GroupBy(line => line.ProductId).Select(group => group.First() with { Quantity = group.Sum(line => line.Quantity) })];
    }

    [GeneratedRegex("^[A-Za-z0-9-]{1,64}$")]
    private static partial Regex OrderIdPattern();
}
