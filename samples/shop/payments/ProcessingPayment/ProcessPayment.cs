using Portolan.Core.Identity;

namespace Shop.Payments.ProcessingPayment;

[Command("shop.process-payment.v1", Key = nameof(OrderId))]
internal sealed record ProcessPayment(string OrderId, string CustomerId, decimal Amount, string PaymentMethod);

internal sealed record PaymentProcessed(string OrderId, string PaymentId, string CustomerId, decimal Amount);

internal static class ProcessPaymentHandler
{
    // The order is the key of its payment: asked twice, it charges once and answers the same.
    [Handler]
    public static async ValueTask<object> Handle(ProcessPayment command, StoreTransaction store, TimeProvider clock)
    {
        var earlier = await store.FirstOrDefaultAsync(
            $"select payment_id, reject_code, reject_reason from payments where order_id = {command.OrderId}",
            row => (Id: row.GetString(0), Code: row.GetStringOrNull(1), Reason: row.GetStringOrNull(2)));
        if (earlier.Id is not null)
        {
            return earlier.Code is null ? Processed(command, earlier.Id) : new Rejection(earlier.Code, earlier.Reason!);
        }

        var paymentId = $"pay-{Ids.New(clock):N}";
        var refusal = Charge(command.PaymentMethod);
        await store.ExecuteAsync(
            $"""
            insert into payments (order_id, payment_id, customer_id, amount, method, status, reject_code, reject_reason, processed_at)
            values ({command.OrderId}, {paymentId}, {command.CustomerId}, {command.Amount}, {command.PaymentMethod},
                    {(refusal is null ? "charged" : "declined")}, {refusal?.Code}, {refusal?.Message}, {clock.GetUtcNow()})
            """);
        return refusal is null ? Processed(command, paymentId) : refusal;
    }

    // Stands for the card network.
    private static Rejection? Charge(string method) => method switch
    {
        "card-ok" => null,
        "card-declined" => new Rejection("INSUFFICIENT_FUNDS", "Payment declined due to insufficient funds."),
        _ => new Rejection("UNKNOWN_PAYMENT_METHOD", $"There is no payment method {method}."),
    };

    private static PaymentProcessed Processed(ProcessPayment command, string paymentId) =>
        new(command.OrderId, paymentId, command.CustomerId, command.Amount);
}
