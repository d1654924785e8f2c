namespace Portolan.Proxy.Transforms;

/// <summary>Makes a rewrite out of a prefix that goes and one that comes: so paths are put together in one place only.</summary>
internal static class PathPrefix
{
    /// <summary>What services see of a route's path; null where nothing changes.</summary>
    public static string? Rewrite(string path, RequestTransformConfig? transform)
    {
        if (transform is null || (transform.StripPrefix ?? transform.AddPrefix) is null)
        {
            return null;
        }

        var rest = transform.StripPrefix is { } strip ? Without(path, strip)! : path;
        var prefix = transform.AddPrefix?.TrimEnd('/') ?? "";
        return prefix.Length > 0 && rest == "/" ? prefix : prefix + rest;
    }

    /// <summary>The path behind a prefix of whole segments; null where it does not begin with it.</summary>
    public static string? Without(string path, string prefix)
    {
        var start = prefix.TrimEnd('/');
        if (!path.StartsWith(start, StringComparison.Ordinal) || (prefix.Length > 0 && prefix[0] != '/'))
        {
            return null;
        }

        var rest = path[start.Length..];
        return rest.Length == 0 ? "/" : rest[0] == '/' ? rest : null;
    }
}
