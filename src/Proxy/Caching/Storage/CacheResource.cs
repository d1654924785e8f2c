namespace Portolan.Proxy.Caching.Storage;

/// <summary>All stored answers of one address. The list is replaced, never changed: readers take no lock.</summary>
internal sealed class CacheResource(CacheKey key)
{
    private volatile CacheEntry[] entries = [];

    public CacheKey Key => key;

    /// <summary>The newest first.</summary>
    public CacheEntry[] Entries
    {
        get => entries;
        set => entries = value;
    }
}
