using System.Buffers;

namespace Portolan.Proxy.Cors;

/// <summary>One origin, or all below a host.</summary>
internal sealed class OriginPattern
{
    private const string Wildcard = "://*.";

    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");

    private readonly string start;
    private readonly string? end;

    private OriginPattern(string start, string? end)
    {
        this.start = start;
        this.end = end;
    }

    /// <summary>Null for what is no origin: a scheme, a host and at most a port.</summary>
    public static OriginPattern? TryParse(string text)
    {
        var wildcard = text.IndexOf(Wildcard, StringComparison.Ordinal);
        var plain = wildcard < 0 ? text : text.Remove(wildcard + 3, 2);
        if (!Uri.TryCreate(plain, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
            || !plain.Equals($"{uri.Scheme}://{uri.Authority}", StringComparison.OrdinalIgnoreCase) || uri.UserInfo.Length > 0 || plain.Contains('*'))
        {
            return null;
        }

        return wildcard < 0 ? new OriginPattern(text, null) : new OriginPattern(text[..(wildcard + 3)], text[(wildcard + 4)..]);
    }

    /// <summary>Whether it is this one, or one below it: <c>*.x</c> is not <c>x</c> itself.</summary>
    public bool Matches(string origin)
    {
        if (end is null)
        {
            return origin.Equals(start, StringComparison.OrdinalIgnoreCase);
        }

        return origin.Length > start.Length + end.Length
            && origin.StartsWith(start, StringComparison.OrdinalIgnoreCase)
            && origin.EndsWith(end, StringComparison.OrdinalIgnoreCase)
            && !origin.AsSpan(start.Length, origin.Length - start.Length - end.Length).ContainsAnyExcept(HostCharacters);
    }
}
