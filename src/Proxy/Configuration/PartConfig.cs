namespace Portolan.Proxy.Configuration;

/// <summary>One part of a composed answer: fetched from a service, or the first element of another part.</summary>
public sealed record PartConfig
{
    /// <summary>Its key in the answer.</summary>
    public required string Name { get; init; }

    /// <summary>The service asked; null with <see cref="First"/>.</summary>
    public string? Service { get; init; }

    /// <summary>
    /// Path asked for: literals, values of the route (<c>{id}</c>), fields of other parts (<c>{order.customerId}</c>) and,
    /// with <see cref="Each"/>, of the element (<c>{item.productId}</c>). Parts that are named are fetched before.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>An array in another part (<c>order.items</c>): the part is fetched for each of its elements, and is an array.</summary>
    public string? Each { get; init; }

    /// <summary>True: without it the answer is still given, with null in its place and its name in <c>meta.partial</c>.</summary>
    public bool Optional { get; init; }

    /// <summary>How long it may take; default 2 s for an optional part, and all the time the whole has for a required one.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Name of an array part whose first element this is; null for a part that is fetched.</summary>
    public string? First { get; init; }
}
