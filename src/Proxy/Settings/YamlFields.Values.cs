using System.Globalization;

namespace Portolan.Proxy.Settings;

/// <summary>Times, sizes, shares and words.</summary>
internal sealed partial class YamlFields
{
    /// <summary>A time such as <c>250ms</c>, <c>30s</c>, <c>5m</c>, <c>2h</c> or <c>1d</c>; 0 needs no unit.</summary>
    public TimeSpan? Time(string key) => Measured<TimeSpan>(key, Quantity.TimeExpected, Quantity.TryTime);

    /// <summary>Bytes such as <c>512B</c>, <c>64KiB</c> or <c>1MiB</c>; 0 needs no unit.</summary>
    public long? Size(string key) => Measured<long>(key, Quantity.SizeExpected, Quantity.TrySize);

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

        problems.Add(PlaceOf(key), $"expected {expected} as '{key}', found '{text}'" + (Nearest.Hint(text, words) is { Length: > 0 } hint ? hint : "."));
        return null;
    }

    private T? Measured<T>(string key, string expected, TryRead<T> read)
        where T : struct
    {
        if (Text(key, expected) is not { } text)
        {
            return null;
        }

        if (read(text, out var value))
        {
            return value;
        }

        problems.Add(PlaceOf(key), $"expected {expected} as '{key}', found '{text}'.");
        return null;
    }

    private static double? Number(string text) =>
        double.TryParse(text.AsSpan().TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private delegate bool TryRead<T>(string text, out T value);
}
