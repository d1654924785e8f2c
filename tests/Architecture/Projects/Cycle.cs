namespace Portolan.Architecture.Tests.Projects;

/// <summary>Finds a circle in a graph.</summary>
internal static class Cycle
{
    /// <summary>The nodes of one circle in order, or null where there is none.</summary>
    public static IReadOnlyList<string>? Find(IEnumerable<(string From, string To)> edges)
    {
        var next = edges.Distinct().ToLookup(edge => edge.From, edge => edge.To);
        var done = new HashSet<string>();
        return next.Select(group => Visit(group.Key, next, [], done)).FirstOrDefault(cycle => cycle is not null);
    }

    private static List<string>? Visit(string node, ILookup<string, string> next, List<string> path, HashSet<string> done)
    {
        if (path.IndexOf(node) is var start and >= 0)
            return path[start..];
        if (!done.Add(node))
            return null;
        return next[node].Select(to => Visit(to, next, [.. path, node], done)).FirstOrDefault(cycle => cycle is not null);
    }
}
