using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Portolan.Proxy.Caching.Freshness;

/// <summary>Dates as HTTP writes them (RFC 9110, 5.6.7): one form to write, three to read, and nothing else.</summary>
internal static class HttpDates
{
    private static readonly string[] Forms = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];

    /// <summary>Null where there is none, more than one, or none that can be read.</summary>
    public static DateTimeOffset? Read(StringValues values) =>
        values.Count == 1 && DateTimeOffset.TryParseExact(
            values[0], Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowInnerWhite, out var date)
            ? date
            : null;

    public static string Write(DateTimeOffset date) => date.ToString("r", CultureInfo.InvariantCulture);
}
