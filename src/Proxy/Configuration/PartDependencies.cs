using Portolan.Proxy.Templates;

namespace Portolan.Proxy.Configuration;

/// <summary>Which parts must be there before another can be fetched: those its templates name.</summary>
internal static class PartDependencies
{
    public static IReadOnlyList<string> Of(PartConfig part, IReadOnlySet<string> parts)
    {
        var named = new List<string>();
        if (part.Path is not null && TextTemplate.TryParse(part.Path, out var path, out _))
        {
            named.AddRange(path.Holes.Where(hole => hole.Contains('.')).Select(FieldPath.Head));
        }

        if (part.Each is not null)
        {
            // The element is no part, even where a part is called so.
            named.RemoveAll(name => name == FieldPath.Item);
            named.Add(FieldPath.Head(part.Each));
        }

        if (part.First is not null)
        {
            named.Add(part.First);
        }

        return [.. named.Where(parts.Contains).Distinct()];
    }
}
