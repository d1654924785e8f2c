using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Portolan.Core.Correlation;
using Portolan.Messaging.Idempotency;
using Shop.Customers.Getting;

namespace Shop.Customers.Changing;

internal sealed record ChangeCustomer(string? Name, string? Email);

[Event("shop.customer-changed.v1", Key = nameof(CustomerId))]
internal sealed record CustomerChanged(string CustomerId, string Name, string Email, int Version);

internal static class ChangeCustomerEndpoint
{
    private const int MaximumLength = 200;

    public static void MapChangeCustomer(this WebApplication app) =>
        app.MapPut("/api/customers/{customerId}", async (
            string customerId,
            ChangeCustomer request,
            [FromHeader(Name = HeaderNames.IdempotencyKey)] string? key,
            Store store,
            IMessageBus bus,
            IdempotencyKeys keys,
            CancellationToken cancellationToken) =>
        {
            if (Errors(request) is { Count: > 0 } errors)
            {
                return KnownProblems.Invalid(errors);
            }

            // The answer is stored with the change, so a repeated request gets it again and changes nothing.
            var fingerprint = JsonSerializer.SerializeToUtf8Bytes(request, ShopJson.Default.ChangeCustomer);
            return Results.Ok(await store.WriteAsync(
                transaction => keys.RunAsync(
                    transaction, "change-customer:" + customerId, key, fingerprint, ShopJson.Default.Customer,
                    () => ChangeAsync(transaction, bus, customerId, request)),
                cancellationToken));
        });

    private static async ValueTask<Customer> ChangeAsync(StoreTransaction store, IMessageBus bus, string customerId, ChangeCustomer request)
    {
        var changed = await store.FirstOrDefaultAsync(
            $"""
            update customers set name = coalesce({request.Name}, name), email = coalesce({request.Email}, email), version = version + 1
            where customer_id = {customerId} returning name, email, version
            """,
            row => new CustomerChanged(customerId, row.GetString(0), row.GetString(1), row.GetInt32(2)))
            ?? throw new ProblemException(KnownProblems.NotFound($"There is no customer {customerId}."));
        await bus.SendAsync(store, changed);
        return new Customer(customerId, changed.Name, changed.Email);
    }

    private static Dictionary<string, string[]> Errors(ChangeCustomer request)
    {
        var errors = new Dictionary<string, string[]>();
        if (request is { Name: null, Email: null })
        {
            errors["name"] = ["is missing; give name, email or both"];
        }

        if (request.Name is { } name && (string.IsNullOrWhiteSpace(name) || name.Length > MaximumLength))
        {
            errors["name"] = [$"must have 1 to {MaximumLength} characters"];
        }

        if (request.Email is { } email && (!email.Contains('@', StringComparison.Ordinal) || email.Length > MaximumLength))
        {
            errors["email"] = ["must be an e-mail address"];
        }

        return errors;
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ChangeCustomer))]
[JsonSerializable(typeof(Customer))]
internal sealed partial class ShopJson : JsonSerializerContext;
