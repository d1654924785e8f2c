namespace Portolan.Resilience.Bulkheads;

/// <summary>
/// A part of the system that is declared to fail alone. <see cref="Report"/> says where that is not so: one that fails
/// takes everybody along who waits in the same pool, store or queue.
/// </summary>
/// <param name="Name">What it is called, such as <c>checkout</c>.</param>
public sealed record BulkheadGroup(string Name)
{
    /// <summary>The pools its calls run in.</summary>
    public IReadOnlyList<Bulkhead> Pools { get; init; } = [];

    /// <summary>Stores, queues and whatever else it stands on, by names that are the same in every group: <c>store orders</c>.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>One sentence for each thing that several groups share, and for each pool that pipelines share; empty when none is.</summary>
    public static IReadOnlyList<string> Report(IReadOnlyCollection<BulkheadGroup> groups)
    {
        var pools = groups.SelectMany(group => group.Pools.Select(pool => (Shared: (object)pool, Words: $"bulkhead '{pool.Name}'", group.Name)));
        var resources = groups.SelectMany(group => group.Resources.Select(name => (Shared: (object)name, Words: name, group.Name)));
        var between = pools.Concat(resources)
            .GroupBy(use => use.Shared)
            .Select(uses => (uses.First().Words, Names: uses.Select(use => use.Name).Distinct().ToList()))
            .Where(found => found.Names.Count > 1)
            .Select(found => $"Groups {Listed(found.Names)} are declared apart and share {found.Words}: they fail together.");
        var within = groups.SelectMany(group => group.Pools).Distinct()
            .Where(pool => pool.Users.Count > 1)
            .Select(pool => $"Pipelines {Listed(pool.Users)} share bulkhead '{pool.Name}'.");
        return [.. between, .. within];
    }

    private static string Listed(IReadOnlyList<string> names) => $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";
}
