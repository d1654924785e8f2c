using System.Buffers;
using System.Globalization;

namespace Portolan.Proxy.Settings;

/// <summary>Numbers with their units, as they stand in a file and as they are shown: <c>250ms</c>, <c>64KiB</c>.</summary>
internal static class Quantity
{
    public const string TimeExpected = "a time like 250ms, 30s, 5m, 2h or 1d";
    public const string SizeExpected = "a size like 512B, 64KiB, 1MiB or 1GiB";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly (string Unit, decimal Factor)[] Times =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour), ("d", TimeSpan.TicksPerDay),
    ];

    // People write KB and mean this.
    private static readonly (string Unit, decimal Factor)[] Sizes =
    [
        ("B", 1), ("KB", 1L << 10), ("MB", 1L << 20), ("GB", 1L << 30), ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30),
    ];

    /// <summary>Reads a time. A number without a unit is none: nobody could tell seconds from milliseconds.</summary>
    public static bool TryTime(string text, out TimeSpan time)
    {
        var found = TryParse(text, Times, TimeSpan.MaxValue.Ticks, out var ticks);
        time = new TimeSpan((long)ticks);
        return found;
    }

    /// <summary>Reads a size in bytes.</summary>
    public static bool TrySize(string text, out long size)
    {
        var found = TryParse(text, Sizes, long.MaxValue, out var bytes) && bytes == decimal.Truncate(bytes);
        size = found ? (long)bytes : 0;
        return found;
    }

    /// <summary>A time as it would be written.</summary>
    public static string Write(TimeSpan time) => Write(time.Ticks, Times);

    /// <summary>A size as it would be written.</summary>
    public static string Write(long size) => Write(size, Sizes);

    private static bool TryParse(string text, (string Unit, decimal Factor)[] units, decimal maximum, out decimal value)
    {
        value = 0;
        if (text == "0")
        {
            return true;
        }

        var digits = text.AsSpan().IndexOfAnyExcept(Digits);
        if (digits <= 0 || !decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > maximum)
        {
            return false;
        }

        var unit = text.AsSpan(digits).Trim();
        foreach (var (name, factor) in units)
        {
            if (unit.SequenceEqual(name) && number <= maximum / factor)
            {
                value = number * factor;
                return true;
            }
        }

        return false;
    }

    // In the largest unit that leaves no rest.
    private static string Write(decimal value, (string Unit, decimal Factor)[] units)
    {
        var (unit, factor) = units.LastOrDefault(one => value != 0 && value % one.Factor == 0, units[0]);
        return (value / factor).ToString("0.####", CultureInfo.InvariantCulture) + unit;
    }

    /// <summary>True for a time for which somebody may wait: timers take no more than some weeks.</summary>
    public static bool IsWait(TimeSpan time) => time > TimeSpan.Zero && time <= TimeSpan.FromDays(1);
}
