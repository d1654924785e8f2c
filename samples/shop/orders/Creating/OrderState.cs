namespace Shop.Orders.Creating;

/// <summary>What the saga needs from step to step.</summary>
internal sealed record OrderState(
    string OrderId,
    string CustomerId,
    string CustomerName,
    string CustomerEmail,
    IReadOnlyList<OrderLine> Items,
    decimal Total,
    string PaymentMethod,
    string ConfirmationNumber)
{
    public string? PaymentId { get; init; }

    public string? TrackingNumber { get; init; }
}

internal sealed record OrderLine(string ProductId, string Name, int Quantity, decimal UnitPrice);
