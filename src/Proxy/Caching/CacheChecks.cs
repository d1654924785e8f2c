using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Caching;

/// <summary>What can be wrong with a route's cache.</summary>
internal static class CacheChecks
{
    private static readonly TimeSpan MostNegative = TimeSpan.FromMinutes(5);

    private const long MostEntry = 256 * 1024 * 1024;

    public static void Check(CacheConfig cache, string where, List<ConfigError> errors)
    {
        CheckTime(cache.TimeToLive, where + ".ttl", errors);
        CheckTime(cache.Negative, where + ".negative", errors);
        CheckTime(cache.StaleWhileRevalidate, where + ".staleWhileRevalidate", errors);
        CheckTime(cache.StaleIfError, where + ".staleIfError", errors);
        if (cache.Negative > MostNegative)
        {
            errors.Add(new ConfigError(where + ".negative", "what is not there may be there soon: at most 5m."));
        }

        if (cache.CollapseTimeout <= TimeSpan.Zero || cache.CollapseTimeout > TimeSpan.FromHours(1))
        {
            errors.Add(new ConfigError(where + ".collapseTimeout", "must be longer than nothing, and at most 1h."));
        }

        if (cache.MaxEntry is < 1 or > MostEntry)
        {
            errors.Add(new ConfigError(where + ".maxEntry", "must be from 1 byte to 256MiB."));
        }

        foreach (var header in cache.Key.Where(header => header.Length == 0 || !header.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')))
        {
            errors.Add(new ConfigError(where + ".key", $"'{header}' is not the name of a header; write one like X-Segment."));
        }
    }

    private static void CheckTime(TimeSpan? time, string where, List<ConfigError> errors)
    {
        if (time < TimeSpan.Zero || time > TimeSpan.FromDays(365))
        {
            errors.Add(new ConfigError(where, "must be from 0s to a year."));
        }
    }
}
