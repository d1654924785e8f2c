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

    /// <summary>A service that is asked for the same path where the first fails, but not where it says 404. Each has half of the part's time. Null: none.</summary>
    public string? Alternative { get; init; }

    /// <summary>
    /// How old an answer may be that stands in for one that could not be had. Kept are those to requests without <c>Authorization</c>
    /// and <c>Cookie</c>, which are for everybody. Null: none is kept.
    /// </summary>
    public TimeSpan? Stale { get; init; }

    /// <summary>JSON that stands in for the part when there is nothing else; null: nothing does.</summary>
    public string? Default { get; init; }

    /// <summary>
    /// How long it may take, less than the whole; default 2 s where the answer can do without it or has something in its place, else all
    /// the time the whole has.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Name of an array part whose first element this is; null for a part that is fetched.</summary>
    public string? First { get; init; }
}
