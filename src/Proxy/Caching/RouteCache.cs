using System.Collections.Frozen;
using Portolan.Proxy.Caching.Filling;
using Portolan.Proxy.Caching.Storage;

namespace Portolan.Proxy.Caching;

/// <summary>What a route's cache consists of.</summary>
/// <param name="Config">What the route was told.</param>
/// <param name="Store">Of all routes.</param>
/// <param name="Partition">The route's share of it.</param>
/// <param name="Flights">The fetches under way, of all routes.</param>
/// <param name="Patience">How long a client may take nothing of an answer.</param>
/// <param name="Clock">Tells ages.</param>
internal sealed record RouteCache(CacheConfig Config, CacheStore Store, CachePartition Partition, Flights Flights, TimeSpan Patience, TimeProvider Clock)
{
    /// <summary>Headers that the route sets or removes behind the cache: the same for all clients, whatever they send.</summary>
    public IReadOnlySet<string> Overwritten { get; init; } = FrozenSet<string>.Empty;
}
