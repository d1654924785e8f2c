using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Traffic;

/// <summary>Finds one cookie without taking all of them apart.</summary>
internal static class Cookies
{
    /// <summary>The first of that name; empty when there is none.</summary>
    public static ReadOnlySpan<char> Find(StringValues header, string name)
    {
        foreach (var line in header)
        {
            foreach (var part in line.AsSpan().Split(';'))
            {
                var pair = line.AsSpan(part).Trim();
                if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal))
                {
                    return pair[(name.Length + 1)..].Trim('"');
                }
            }
        }

        return default;
    }

    /// <summary>True when there is a cookie of another name than that.</summary>
    public static bool HasOther(StringValues header, string name)
    {
        foreach (var line in header)
        {
            foreach (var part in line.AsSpan().Split(';'))
            {
                var pair = line.AsSpan(part).Trim();
                if (!pair.IsEmpty && !(pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal)))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
