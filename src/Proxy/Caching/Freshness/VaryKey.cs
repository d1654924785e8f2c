using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Caching.Freshness;

/// <summary>
/// The headers that chose among the answers of one address, with the values they had. Values that mean the same are the same:
/// blanks, the order of codings, and the case of languages do not count.
/// </summary>
internal sealed class VaryKey
{
    private readonly string[] names;
    private readonly string[] raw;
    private readonly string[] normal;

    private VaryKey(string[] names, IHeaderDictionary request)
    {
        this.names = names;
        raw = Array.ConvertAll(names, name => request[name].ToString());
        normal = [.. names.Zip(raw, Normalise)];
    }

    /// <summary>About as many bytes as it takes.</summary>
    public int Size => 64 + names.Zip(raw, normal).Sum(part => 2 * (part.First.Length + part.Second.Length + part.Third.Length) + 24);

    /// <summary>Of a response's <c>Vary</c>, and of the headers that are in every key; not of those that no client chooses.</summary>
    public static VaryKey Of(StringValues vary, IReadOnlyList<string> always, IReadOnlySet<string> never, IHeaderDictionary request)
    {
        var names = vary.Count == 0 ? always : always.Concat(vary.SelectMany(line => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));
        return new VaryKey([.. names.Where(name => !never.Contains(name)).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)], request);
    }

    /// <summary>True when a request has the same values.</summary>
    public bool Matches(IHeaderDictionary request)
    {
        for (var index = 0; index < names.Length; index++)
        {
            var values = request[names[index]];
            var value = values.Count == 0 ? "" : values.ToString();
            if (value != raw[index] && Normalise(names[index], value) != normal[index])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What a request has for these headers, as one text.</summary>
    public string SignatureOf(IHeaderDictionary request) =>
        names.Length == 0 ? "" : string.Join('\n', names.Select(name => Normalise(name, request[name].ToString())));

    /// <summary>True when it is of the same headers with the same values.</summary>
    public bool Equals(VaryKey other) => names.AsSpan().SequenceEqual(other.names, StringComparer.OrdinalIgnoreCase) && normal.AsSpan().SequenceEqual(other.normal);

    private static string Normalise(string name, string value)
    {
        if (value.Length == 0)
        {
            return value;
        }

        var parts = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (name.Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase))
        {
            return string.Join(',', parts.Select(Coding).OfType<string>().Distinct().Order(StringComparer.Ordinal));
        }

        var plain = string.Join(',', parts);
        return name.Equals("Accept-Language", StringComparison.OrdinalIgnoreCase) ? plain.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant() : plain;
    }

    // Whatever is acceptable at all may be answered; that the client likes one a little more is not worth a second copy. What
    // it refuses stays: a refusal of everything else (*;q=0, identity;q=0) is a refusal of what is stored too.
    private static string? Coding(string part)
    {
        var semicolon = part.IndexOf(';');
        var coding = (semicolon < 0 ? part : part[..semicolon]).Trim().ToLowerInvariant();
        var refused = semicolon >= 0 && part.AsSpan(semicolon + 1).Trim() is "q=0" or "q=0.0" or "q=0.00" or "q=0.000" or "Q=0";
        return refused ? coding + ";q=0" : coding == "identity" ? null : coding;
    }
}
