namespace Shop.Shipping;

/// <summary>Stands for the parcel service. It can be switched off, to see what a failing handler leads to.</summary>
internal sealed class Carrier
{
    private volatile bool available = true;

    public bool IsAvailable { get => available; set => available = value; }

    public string Collect(string orderId, bool express = false) =>
        IsAvailable ? $"{(express ? "EXP" : "TRK")}-{orderId[^8..].ToUpperInvariant()}" : throw new InvalidOperationException("The carrier cannot be reached.");
}

internal sealed record CarrierStatus(bool Available);

internal static class CarrierEndpoints
{
    // curl -X PUT -d '{"available":false}' -H 'Content-Type: application/json' http://127.0.0.1:{port}/carrier
    public static void MapCarrier(this WebApplication app)
    {
        app.MapGet("/carrier", (Carrier carrier) => new CarrierStatus(carrier.IsAvailable));
        app.MapPut("/carrier", (CarrierStatus status, Carrier carrier) =>
        {
            carrier.IsAvailable = status.Available;
            return status;
        });
    }
}
