namespace Portolan.Proxy.Caching.Storage;

/// <summary>
/// What one route has stored. A route that changes gets another one, and what was stored by the old rules goes: a reload
/// takes effect on what is cached too.
/// </summary>
internal sealed class CachePartition(string route, CacheStore store) : IDisposable
{
    /// <summary>The route's path.</summary>
    public string Route => route;

    /// <summary>Requests of the old route may still be under way; what they bring is not kept.</summary>
    public bool IsClosed { get; private set; }

    public void Dispose()
    {
        IsClosed = true;
        store.Remove((_, entry) => ReferenceEquals(entry.Partition, this));
    }
}
