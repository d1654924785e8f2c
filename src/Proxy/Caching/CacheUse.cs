using Portolan.Proxy.Caching.Freshness;
using Portolan.Proxy.Caching.Storage;

namespace Portolan.Proxy.Caching;

/// <summary>What may be done with a stored answer.</summary>
internal enum Usage
{
    Validate,
    Give,
    GiveAndRefresh,
}

/// <summary>Decides whether a stored answer may be given without asking (RFC 9111, 4.2 and 5.2.1; RFC 5861).</summary>
internal static class CacheUse
{
    public static Usage Of(CacheEntry entry, TimeSpan age, CacheControl asked)
    {
        var left = entry.Life.Lifetime - age;
        if (ReferenceEquals(asked, CacheControl.None))
        {
            return left > TimeSpan.Zero ? Usage.Give : WhenStale(entry, -left);
        }

        if (asked.NoCache || asked.MaxAge < age || asked.MinFresh > left)
        {
            return Usage.Validate;
        }

        if (left > TimeSpan.Zero || (!entry.Life.Strict && asked.MaxStale >= -left))
        {
            return Usage.Give;
        }

        return asked.MaxAge is null && asked.MinFresh is null ? WhenStale(entry, -left) : Usage.Validate;
    }

    /// <summary>True when a stale answer is better than the error that came.</summary>
    public static bool MayStandIn(CacheEntry entry) =>
        !entry.Life.Strict && entry.Age - entry.Life.Lifetime is var stale && stale < entry.Life.StaleIfError;

    private static Usage WhenStale(CacheEntry entry, TimeSpan since) =>
        since < entry.Life.StaleWhileRevalidate ? Usage.GiveAndRefresh : Usage.Validate;
}
