namespace Portolan.Proxy.Configuration;

/// <summary>A header or a parameter of the query that a request must have to take a route.</summary>
/// <param name="Name">Of a header in any case.</param>
/// <param name="Value">Exactly this; null means any.</param>
public sealed record ValueCondition(string Name, string? Value)
{
    /// <inheritdoc />
    public override string ToString() => Value is null ? Name : $"{Name}={Value}";
}
