using System.Globalization;

namespace Portolan.Proxy.Settings;

/// <summary>Times, sizes, shares and words.</summary>
internal sealed partial class YamlFields
{
    private static readonly (string Unit, double Seconds)[] Times = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    private static readonly (string Unit, double Bytes)[] Sizes =
    [
        ("KiB", 1024), ("MiB", 1024 * 1024), ("GiB", 1024 * 1024 * 1024), ("KB", 1024), ("MB", 1024 * 1024), ("GB", 1024 * 1024 * 1024), ("B", 1),
    ];

    /// <summary>A time such as <c>250ms</c>, <c>30s</c>, <c>5m</c>, <c>2h</c> or <c>1d</c>; 0 needs no unit.</summary>
    public TimeSpan? Time(string key) =>
        Quantity(key, "a time like 250ms, 30s, 5m, 2h or 1d", Times) is { } seconds && seconds < 1e9 ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Bytes such as <c>512B</c>, <c>64KB</c> or <c>1MB</c>; a kilobyte has 1024.</summary>
    public long? Size(string key) =>
        Quantity(key, "a size like 512B, 64KB or 1MB", Sizes) is { } bytes && bytes < 1e15 ? (long)bytes : null;

    /// <summary>A share such as <c>5%</c> or <c>0.05</c>, from 0 to 1.</summary>
    public double? Share(string key)
    {
        const string Expected = "a share like 5% or 0.05";
        if (Text(key, Expected) is not { } text)
        {
            return null;
        }

        var percent = text.EndsWith('%');
        if (Number(percent ? text[..^1] : text) is { } number && number / (percent ? 100 : 1) is >= 0 and <= 1 and var share)
        {
            return share;
        }

        problems.Add(PlaceOf(key), $"expected {Expected} as '{key}', found '{text}'.");
        return null;
    }

    /// <summary>True or false, or null where it is not said.</summary>
    public bool? OptionalFlag(string key) => Node(key) is null ? null : Flag(key);

    /// <summary>The value of one of these words.</summary>
    public T? Choice<T>(string key, IReadOnlyList<(string Word, T Value)> choices)
        where T : struct
    {
        var words = choices.Select(choice => choice.Word).ToArray();
        var expected = "one of " + string.Join(", ", words);
        if (Text(key, expected) is not { } text)
        {
            return null;
        }

        var place = Array.IndexOf(words, text);
        if (place >= 0)
        {
            return choices[place].Value;
        }

        problems.Add(PlaceOf(key), $"expected {expected} as '{key}', found '{text}'{Nearest.Hint(text, words)}");
        return null;
    }

    private double? Quantity(string key, string expected, (string Unit, double Worth)[] units)
    {
        if (Text(key, expected) is not { } text)
        {
            return null;
        }

        if (text == "0")
        {
            return 0;
        }

        foreach (var (unit, worth) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) && Number(text[..^unit.Length]) is { } number)
            {
                return number * worth;
            }
        }

        problems.Add(PlaceOf(key), $"expected {expected} as '{key}', found '{text}'.");
        return null;
    }

    private static double? Number(string text) =>
        double.TryParse(text.AsSpan().TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
