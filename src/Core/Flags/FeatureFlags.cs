using System.Buffers;

namespace Portolan.Core.Flags;

/// <summary>
/// Which features are on for whom the running code works. The gateway decides it once for each request
/// (<c>X-Feature-Flags</c>); every service that works for the request is told the same, by calls and by messages.
/// </summary>
public static class FeatureFlags
{
    // Comes from outside where no gateway stands in front, and goes into headers and messages.
    private const int MaximumLength = 4096;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-, ");

    private static readonly AsyncLocal<string?> Ambient = new();

    /// <summary>
    /// Names of the flags that are on for the running request or message, separated by commas; null where none is. What is not
    /// made of such names counts as null.
    /// </summary>
    public static string? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = IsWellFormed(value) ? value : null;
    }

    /// <summary>True when the flag is on. A flag that nobody knows is off.</summary>
    /// <param name="flag">Its name, as the gateway's configuration has it.</param>
    public static bool IsOn(string flag) => Contains(Ambient.Value, flag);

    /// <summary>True when a list of flags, separated by commas, has one of this name.</summary>
    public static bool Contains(string? flags, string flag)
    {
        var all = flags.AsSpan();
        foreach (var part in all.Split(','))
        {
            if (all[part].Trim().Equals(flag, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWellFormed(string? flags) => flags is { Length: > 0 and <= MaximumLength } && !flags.AsSpan().ContainsAnyExcept(Allowed);
}
