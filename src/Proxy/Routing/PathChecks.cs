namespace Portolan.Proxy.Routing;

/// <summary>
/// Finds in a path what servers read differently. Where gateway and service could disagree about which resource is meant,
/// a guard here would guard nothing, so the request is refused.
/// </summary>
internal static class PathChecks
{
    /// <summary>Null when the path means one thing only, else what is ambiguous.</summary>
    public static string? Find(string path, string query)
    {
        if (HasForbidden(path) || HasForbidden(query))
        {
            return "it has a character that must be percent-encoded";
        }

        if (path.Contains('\\'))
        {
            return "it has a backslash";
        }

        for (var percent = path.IndexOf('%'); percent >= 0; percent = path.IndexOf('%', percent + 1))
        {
            if (FindEncoded(path.AsSpan(percent)) is { } fault)
            {
                return fault;
            }
        }

        return FindSegment(path);
    }

    private static bool HasForbidden(string text) => text.AsSpan().ContainsAnyExceptInRange('!', '~') || text.Contains('#');

    private static string? FindEncoded(ReadOnlySpan<char> text)
    {
        if (text.Length < 3 || !char.IsAsciiHexDigit(text[1]) || !char.IsAsciiHexDigit(text[2]))
        {
            return "a percent sign is not followed by two hexadecimal digits; write %25 for a percent sign";
        }

        return Convert.ToByte(text[1..3].ToString(), 16) switch
        {
            (byte)'/' => "it has an encoded slash (%2F)",
            (byte)'\\' => "it has an encoded backslash (%5C)",
            < 0x20 or 0x7f => "it has an encoded control character",
            _ => null,
        };
    }

    private static string? FindSegment(string path)
    {
        if (path.Contains("//", StringComparison.Ordinal))
        {
            return "it has an empty segment (//)";
        }

        foreach (var segment in path.Split('/'))
        {
            if (segment.Length is > 0 and <= 6 && Uri.UnescapeDataString(segment) is "." or "..")
            {
                return "it has a '.' or '..' segment";
            }
        }

        return null;
    }
}
