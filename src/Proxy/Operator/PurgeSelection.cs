using System.IO.Enumeration;
using Portolan.Proxy.Caching.Storage;

namespace Portolan.Proxy.Operator;

/// <summary>Which stored answers an operator means; all that is said must be true of them.</summary>
/// <param name="Path">Their path, with its query where it has a question mark; a star stands for anything.</param>
/// <param name="Route">Their route.</param>
/// <param name="Tag">One of their tags.</param>
internal sealed record PurgeSelection(string? Path, string? Route, string? Tag)
{
    public bool Takes(CacheKey key, CacheEntry entry) =>
        (Path is null || FileSystemName.MatchesSimpleExpression(Plain(Path), Path.Contains('?') ? key.Path + key.Query : key.Path, ignoreCase: false))
        && (Route is null || entry.Partition.Route == Route)
        && (Tag is null || entry.Tags.Contains(Tag));

    // The matcher's own signs for one character and for a quotation; here they are themselves.
    private static string Plain(string pattern) => pattern.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal);
}
