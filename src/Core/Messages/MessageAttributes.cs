namespace Portolan.Core.Messages;

/// <summary>
/// Marks a record as an event and gives it its name on the wire, such as <c>shop.order-placed.v1</c>.
/// The name is the contract: services share no assembly, each has its own record with the same name.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EventAttribute(string name) : Attribute
{
    /// <summary>Name on the wire.</summary>
    public string Name { get; } = name;

    /// <summary>Property whose value orders the events of one thing, such as <c>nameof(OrderId)</c>; none means no order.</summary>
    public string? Key { get; set; }
}

/// <summary>Marks a record as a command and gives it its name on the wire, such as <c>shop.reserve-stock.v1</c>.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CommandAttribute(string name) : Attribute
{
    /// <summary>Name on the wire.</summary>
    public string Name { get; } = name;

    /// <summary>The service that handles it. Not needed in that service itself.</summary>
    public string? To { get; set; }

    /// <summary>Property whose value orders the commands to one thing, such as <c>nameof(OrderId)</c>; none means no order.</summary>
    public string? Key { get; set; }
}
