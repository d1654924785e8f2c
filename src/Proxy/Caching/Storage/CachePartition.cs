using System.Collections.Concurrent;

namespace Portolan.Proxy.Caching.Storage;

/// <summary>
/// What one route has stored. A route that changes gets another one, and what was stored by the old rules goes: a reload
/// takes effect on what is cached too.
/// </summary>
internal sealed class CachePartition : IDisposable
{
    private readonly ConcurrentDictionary<string, CachePartition> parts = new();
    private readonly CacheStore store;
    private readonly CachePartition whole;
    private volatile bool isClosed;

    public CachePartition(string route, CacheStore store)
    {
        Route = route;
        this.store = store;
        whole = this;
    }

    private CachePartition(CachePartition whole)
    {
        Route = whole.Route;
        store = whole.store;
        this.whole = whole;
    }

    /// <summary>The route's name.</summary>
    public string Route { get; }

    /// <summary>Requests of the old route may still be under way; what they bring is not kept.</summary>
    public bool IsClosed => whole.isClosed;

    /// <summary>A part of it, for one of the services that the route is divided between.</summary>
    public CachePartition Part(string service) => parts.GetOrAdd(service, static (_, whole) => new CachePartition(whole), this);

    public void Dispose()
    {
        isClosed = true;
        store.Remove((_, entry) => ReferenceEquals(entry.Partition.whole, this));
    }
}
