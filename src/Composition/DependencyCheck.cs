namespace Portolan.Composition;

/// <summary>Finds parts that could never run.</summary>
internal static class DependencyCheck
{
    public static IReadOnlyList<string> Run(IReadOnlyList<(string Name, IReadOnlyList<string> DependsOn)> parts)
    {
        var errors = new List<string>();
        var known = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (name, dependsOn) in parts)
        {
            if (name is CompositionResult.Meta or "")
            {
                errors.Add($"A part cannot be called '{name}': that key is taken.");
            }
            else if (!known.TryAdd(name, dependsOn))
            {
                errors.Add($"There are two parts called '{name}'.");
            }
        }

        foreach (var (name, dependsOn) in parts)
        {
            errors.AddRange(dependsOn.Where(other => !known.ContainsKey(other)).Select(other =>
                $"The part '{name}' depends on '{other}', which is no part; there are: {string.Join(", ", known.Keys)}."));
        }

        AddCycles(known, errors);
        return errors;
    }

    // Removing what can run until nothing more can leaves the cycles, and what hangs on them.
    private static void AddCycles(Dictionary<string, IReadOnlyList<string>> known, List<string> errors)
    {
        var stuck = known.Keys.ToHashSet();
        while (stuck.RemoveWhere(name => !known[name].Any(stuck.Contains)) > 0)
        {
        }

        while (stuck.Count > 0)
        {
            var cycle = Follow(known, stuck);
            errors.Add($"The parts {string.Join(" → ", cycle)} → {cycle[0]} wait for each other; let one of them do without another's fields.");
            stuck.ExceptWith(cycle);
            while (stuck.RemoveWhere(name => !known[name].Any(stuck.Contains)) > 0)
            {
            }
        }
    }

    private static List<string> Follow(Dictionary<string, IReadOnlyList<string>> known, HashSet<string> stuck)
    {
        var path = new List<string> { stuck.First() };
        while (true)
        {
            var next = known[path[^1]].First(stuck.Contains);
            var seen = path.IndexOf(next);
            if (seen >= 0)
            {
                return path[seen..];
            }

            path.Add(next);
        }
    }
}
