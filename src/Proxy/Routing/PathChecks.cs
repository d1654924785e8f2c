using System.Buffers;

namespace Portolan.Proxy.Routing;

/// <summary>
/// Finds in a path what servers read differently. Where gateway and service could disagree about which resource is meant,
/// a guard here would guard nothing, so the request is refused.
/// </summary>
internal static class PathChecks
{
    private const string Dots = "it has a '.' or '..' segment";
    private static readonly SearchValues<char> Printable = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(one => one != '#')]);
    private static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Where(one => one is not ('#' or '%' or '\\'))]);

    /// <summary>Null when the path means one thing only, else what is ambiguous.</summary>
    public static string? Find(string path, string query)
    {
        if (query.AsSpan().ContainsAnyExcept(Printable))
        {
            return "it has a character that must be percent-encoded";
        }

        // Nearly every path ends here.
        var text = path.AsSpan();
        return text.ContainsAnyExcept(Plain) || text.Contains("//", StringComparison.Ordinal) || text.Contains("/.", StringComparison.Ordinal)
            ? FindClosely(path)
            : null;
    }

    private static string? FindClosely(string path)
    {
        if (path.AsSpan().ContainsAnyExcept(Printable))
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

        return path.Contains("//", StringComparison.Ordinal) ? "it has an empty segment (//)" : FindDots(path);
    }

    private static string? FindEncoded(ReadOnlySpan<char> text)
    {
        if (Byte(text) is not { } value)
        {
            return "a percent sign is not followed by two hexadecimal digits; write %25 for a percent sign";
        }

        var next = text.Length > 3 && text[3] == '%' ? Byte(text[3..]) : null;
        return (value, next) switch
        {
            ((byte)'\\', _) => "it has an encoded backslash (%5C)",
            ( < 0x20 or 0x7f, _) => "it has an encoded control character",

            // Longer than it need be, as no encoder writes it: some decoders make a slash or a dot of it, others nothing.
            (0xc0 or 0xc1, >= 0x80 and < 0xc0) or (0xe0, >= 0x80 and < 0xa0) or (0xf0, >= 0x80 and < 0x90) => "it has an overlong UTF-8 sequence",
            _ => null,
        };
    }

    private static byte? Byte(ReadOnlySpan<char> text) =>
        text.Length > 2 && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2])
            ? (byte)((Convert.FromHexString(text.Slice(1, 2)))[0])
            : null;

    // %2F may stay in a segment, but a service that takes it for a slash must not climb by it; and what follows a semicolon is
    // no part of the segment for some.
    private static string? FindDots(string path)
    {
        foreach (var segment in Uri.UnescapeDataString(path).Split('/'))
        {
            var end = segment.IndexOf(';');
            if ((end < 0 ? segment : segment[..end]) is "." or "..")
            {
                return Dots;
            }
        }

        return null;
    }
}
