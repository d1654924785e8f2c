using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Traffic;

/// <summary>Finds one cookie without taking all of them apart.</summary>
internal static class Cookies
{
    private static readonly SearchValues<char> Given = SearchValues.Create("0123456789abcdef");

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

    /// <summary>
    /// True when there is any cookie but the gateway's own, as the gateway gives it: where one ends is read differently by some
    /// services, so a value that could hide another cookie is another cookie.
    /// </summary>
    public static bool HasOther(StringValues header)
    {
        foreach (var line in header)
        {
            foreach (var part in line.AsSpan().Split(';'))
            {
                var pair = line.AsSpan(part).Trim();
                if (!pair.IsEmpty && !IsOwn(pair))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsOwn(ReadOnlySpan<char> pair)
    {
        var name = SubjectConfig.Default.Name;
        return pair.Length == name.Length + 1 + Subject.Length && pair.StartsWith(name, StringComparison.Ordinal) && pair[name.Length] == '='
            && !pair[(name.Length + 1)..].ContainsAnyExcept(Given);
    }
}
