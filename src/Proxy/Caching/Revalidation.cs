using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Caching.Freshness;
using Portolan.Proxy.Caching.Filling;
using Portolan.Proxy.Caching.Storage;

namespace Portolan.Proxy.Caching;

/// <summary>What follows when a service says that a stored answer still holds (RFC 9111, 4.3.4).</summary>
internal static class Revalidation
{
    private static readonly EntryLife None = new(TimeSpan.Zero, TimeSpan.Zero, true, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>False when the 304 speaks of another representation than the stored one.</summary>
    public static bool IsOf(CacheEntry stored, CacheFill fill)
    {
        foreach (var (name, values) in fill.Headers)
        {
            if (name.Equals("ETag", StringComparison.OrdinalIgnoreCase) && values is [{ } said])
            {
                return stored.Tag is not [{ } own] || Conditions.SameTag(said, own);
            }
        }

        return true;
    }

    /// <summary>The stored answer with the new head, stored in place of the old one where it still may be.</summary>
    public static CacheEntry Renew(RouteCache cache, HttpContext context, CacheKey key, CacheEntry stored, CacheFill fill)
    {
        var head = CacheHead.Update(stored.Headers, fill.Headers);
        IHeaderDictionary said = new HeaderDictionary();
        foreach (var (name, values) in head)
        {
            said[name] = values;
        }

        said.Age = fill.Age;
        var facts = RequestFacts.Of(context.Request.Headers, cache.Config);
        var life = StoreRules.Decide(facts, stored.Status, said, cache.Config, cache.Clock.GetUtcNow(), fill.Took, out _);
        var renewed = new CacheEntry(cache.Partition, stored.Vary, stored.Status, head, stored.Body, life ?? None, cache.Clock);
        if (life is null)
        {
            cache.Store.Remove(stored);
        }
        else
        {
            cache.Store.Put(key, renewed, fill.Stamp);
        }

        return renewed;
    }
}
