using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Traffic;

namespace Portolan.Proxy.Caching.Freshness;

/// <summary>How long a stored answer may be used.</summary>
/// <param name="Lifetime">It is fresh until it is as old as that.</param>
/// <param name="InitialAge">How old it was when it came.</param>
/// <param name="Strict">Stale, it is not used without asking, whatever clients and the configuration allow.</param>
/// <param name="StaleWhileRevalidate">So long after it went stale it is given while it is fetched again.</param>
/// <param name="StaleIfError">So long after it went stale it is given where the service fails.</param>
internal sealed record EntryLife(TimeSpan Lifetime, TimeSpan InitialAge, bool Strict, TimeSpan StaleWhileRevalidate, TimeSpan StaleIfError);

/// <summary>What of a request decides whether its answer may be kept.</summary>
/// <param name="HasAuthorization">It carries credentials.</param>
/// <param name="HasCookie">It carries cookies.</param>
internal readonly record struct RequestFacts(bool HasAuthorization, bool HasCookie)
{
    // By the gateway's own cookie a service does not know anybody; and answers may be kept apart by key.
    public static RequestFacts Of(IHeaderDictionary headers, CacheConfig config) => new(
        headers.Authorization.Count > 0 || (headers.ContainsKey(Credentials.ApiKey) && !config.Key.Contains(Credentials.ApiKey, StringComparer.OrdinalIgnoreCase)),
        Cookies.HasOther(headers.Cookie));
}
