namespace Portolan.Composition;

/// <summary>Fetches or computes a part. Everything it depends on is in the context.</summary>
public delegate ValueTask<PartResult> PartDelegate(PartContext context, CancellationToken cancellationToken);

/// <summary>One named part of a composition.</summary>
/// <param name="Name">Its key in the result.</param>
/// <param name="RunAsync">What makes it.</param>
public sealed record Part(string Name, PartDelegate RunAsync)
{
    /// <summary>Parts that must be there first.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>False (default): the whole fails without it. True: it is null in the result, and named as missing.</summary>
    public bool Optional { get; init; }

    /// <summary>
    /// What stands in its place where it failed or came too late: gets what the part saw, or null where that was missing, and the
    /// failure; gives that back where nothing does. Quick, and does not throw. Null: nothing.
    /// </summary>
    public Func<PartContext?, PartResult, PartResult>? Otherwise { get; init; }

    /// <summary>Its own time, inside the whole's; null means all of the whole's.</summary>
    public TimeSpan? Timeout { get; init; }
}
