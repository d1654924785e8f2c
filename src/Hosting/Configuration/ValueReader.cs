using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Portolan.Hosting.Configuration;

/// <summary>Reads values of one section, and collects every one it cannot read instead of stopping at the first.</summary>
/// <param name="section">Where the keys are.</param>
/// <param name="path">What stands before them in messages, such as <c>Portolan:</c>.</param>
/// <param name="errors">Where errors go.</param>
internal sealed class ValueReader(IConfiguration section, string path, List<string> errors)
{
    public void Text(string key, Action<string> set)
    {
        if (section[key] is { Length: > 0 } value)
        {
            set(value);
        }
    }

    public void Time(string key, Action<TimeSpan> set)
    {
        if (section[key] is not { Length: > 0 } text)
        {
            return;
        }

        // A bare number would be days, which nobody means.
        if (text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= TimeSpan.Zero)
        {
            set(value);
        }
        else
        {
            errors.Add($"{path}{key} is \"{text}\"; write a time as hh:mm:ss, such as 00:00:10 for ten seconds.");
        }
    }

    public void Number(string key, Action<long> set, long minimum = 1)
    {
        if (section[key] is not { Length: > 0 } text)
        {
            return;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= int.MaxValue)
        {
            set(value);
        }
        else
        {
            errors.Add($"{path}{key} is \"{text}\"; write a whole number between {minimum} and {int.MaxValue}.");
        }
    }

    public void Flag(string key, Action<bool> set)
    {
        if (section[key] is not { Length: > 0 } text)
        {
            return;
        }

        if (bool.TryParse(text, out var value))
        {
            set(value);
        }
        else
        {
            errors.Add($"{path}{key} is \"{text}\"; write true or false.");
        }
    }

    public void Share(string key, Action<double> set)
    {
        if (section[key] is not { Length: > 0 } text)
        {
            return;
        }

        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
        {
            set(value);
        }
        else
        {
            errors.Add($"{path}{key} is \"{text}\"; write a number with a decimal point, such as 0.5.");
        }
    }

    public void Word<T>(string key, Action<T> set)
        where T : struct, Enum
    {
        if (section[key] is not { Length: > 0 } text)
        {
            return;
        }

        if (!int.TryParse(text, out _) && Enum.TryParse<T>(text, ignoreCase: true, out var value))
        {
            set(value);
        }
        else
        {
            errors.Add($"{path}{key} is \"{text}\"; write one of {string.Join(", ", Enum.GetNames<T>())}.");
        }
    }

    public void List(string key, ICollection<string> list)
    {
        foreach (var entry in section.GetSection(key).GetChildren())
        {
            if (entry.Value is { Length: > 0 } value)
            {
                list.Add(value);
            }
        }
    }
}
