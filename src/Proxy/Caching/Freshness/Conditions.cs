using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Caching.Freshness;

/// <summary>A request's conditions, held against an answer (RFC 9110, 13).</summary>
internal static class Conditions
{
    /// <summary>True when the client has what would be answered: 304 tells it so.</summary>
    public static bool AreNotModified(IHeaderDictionary request, StringValues tag, StringValues lastModified, DateTimeOffset date) =>
        AreNotModified(request.IfNoneMatch, request.IfModifiedSince, tag, lastModified, date);

    /// <summary>The same of conditions that were taken out of the request.</summary>
    public static bool AreNotModified(StringValues noneMatch, StringValues modifiedSince, StringValues tag, StringValues lastModified, DateTimeOffset date)
    {
        if (noneMatch.Count > 0)
        {
            return HasTag(noneMatch, tag);
        }

        return modifiedSince.Count > 0 && HttpDates.Read(modifiedSince) is { } since && (HttpDates.Read(lastModified) ?? date) <= since;
    }

    /// <summary>True when two tags name the same representation, weak or strong.</summary>
    public static bool SameTag(ReadOnlySpan<char> one, ReadOnlySpan<char> other) => Opaque(one).SequenceEqual(Opaque(other));

    private static bool HasTag(StringValues lines, StringValues tag)
    {
        foreach (var line in lines)
        {
            var rest = line.AsSpan().Trim();
            if (rest is "*")
            {
                return true;
            }

            while (!rest.IsEmpty && tag is [{ Length: > 0 } own])
            {
                var length = TagLength(rest);
                if (SameTag(rest[..length], own))
                {
                    return true;
                }

                rest = rest[length..].TrimStart([',', ' ', '\t']);
            }
        }

        return false;
    }

    // A comma may stand within the quotes.
    private static int TagLength(ReadOnlySpan<char> text)
    {
        var open = text.StartsWith("W/") ? 2 : 0;
        if (open < text.Length && text[open] == '"' && text[(open + 1)..].IndexOf('"') is >= 0 and var close)
        {
            return open + close + 2;
        }

        return text.IndexOf(',') is > 0 and var comma ? comma : text.Length;
    }

    private static ReadOnlySpan<char> Opaque(ReadOnlySpan<char> tag) => (tag.StartsWith("W/") ? tag[2..] : tag).Trim();
}
