using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Portolan.Registry.Api;

/// <summary><c>?index=N&amp;wait=30s</c>: answer when the index is another than N, or after the wait.</summary>
internal sealed record WatchQuery(long Index, TimeSpan Wait)
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaximumWait = TimeSpan.FromSeconds(60);

    /// <summary>Null when the request does not ask to wait.</summary>
    public static WatchQuery? Read(IQueryCollection query, ErrorList errors)
    {
        var wait = DefaultWait;
        if (query["wait"] is [{ } waitText] && !TryParse(waitText, out wait))
        {
            errors.Add("wait", "A wait is written as 30s, 500ms or 1m, and lasts at most 60 s.");
        }

        if (query["index"] is not [{ } indexText])
        {
            return null;
        }

        if (!long.TryParse(indexText, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            errors.Add("index", "An index is a whole number, as X-Portolan-Index gave it.");
        }

        return new WatchQuery(index, wait);
    }

    private static bool TryParse(string text, out TimeSpan wait)
    {
        var digits = text.AsSpan().TrimEnd("ms");
        var unit = text[digits.Length..] switch { "ms" => 1d, "s" or "" => 1_000d, "m" => 60_000d, _ => 0d };
        var valid = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && unit > 0;
        wait = valid ? TimeSpan.FromMilliseconds(number * unit) : DefaultWait;
        return valid && wait <= MaximumWait;
    }
}
