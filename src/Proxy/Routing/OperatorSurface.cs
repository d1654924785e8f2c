namespace Portolan.Proxy.Routing;

/// <summary>Keeps requests from outside away from what services offer to operators under <c>/portolan</c>.</summary>
internal static class OperatorSurface
{
    private const string Segment = "portolan";

    // What needs more rounds than this to be read is meant to be read by nobody.
    private const int MaximumDecoding = 4;

    /// <summary>
    /// True when a service could take the path for its operator surface. Services compare decoded and in any case; some also decode
    /// twice, take <c>%2F</c> for a slash, fold empty and dotted segments, or drop what follows a semicolon. One that does any of it is kept out.
    /// </summary>
    public static bool IsReachedBy(string path)
    {
        var question = path.IndexOf('?');
        var text = question < 0 ? path.AsSpan() : path.AsSpan(0, question);
        if (text.ContainsAny('%', '\\', ';') || text.Contains("//", StringComparison.Ordinal) || text.Contains("/.", StringComparison.Ordinal))
        {
            return IsReachedSomehow(text.ToString());
        }

        var start = text.TrimStart('/');
        var end = start.IndexOf('/');
        return (end < 0 ? start : start[..end]).Equals(Segment, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsReachedSomehow(string path)
    {
        for (var round = 0; path.Contains('%'); round++)
        {
            var decoded = Uri.UnescapeDataString(path);
            if (decoded == path)
            {
                break;
            }

            if (round == MaximumDecoding)
            {
                return true;
            }

            path = decoded;
        }

        var segments = path.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(';')[0]).ToArray();
        return IsOwn(segments.FirstOrDefault()) || IsOwn(Fold(segments).FirstOrDefault());
    }

    private static bool IsOwn(string? segment) => string.Equals(segment, Segment, StringComparison.OrdinalIgnoreCase);

    private static List<string> Fold(string[] segments)
    {
        var folded = new List<string>();
        foreach (var segment in segments)
        {
            if (segment == ".." && folded.Count > 0)
            {
                folded.RemoveAt(folded.Count - 1);
            }
            else if (segment is not ("" or "." or ".."))
            {
                folded.Add(segment);
            }
        }

        return folded;
    }
}
