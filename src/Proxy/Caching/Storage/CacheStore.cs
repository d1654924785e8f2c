using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Portolan.Proxy.Caching.Storage;

/// <summary>
/// The stored answers of all routes, in memory and bounded in bytes. Reading takes no lock and moves nothing: an answer that
/// is used is marked, and a hand that goes from the oldest to the newest takes out what it finds unmarked (SIEVE). So a
/// crowd of addresses asked for once does not drive out what is asked for all the time.
/// </summary>
internal sealed class CacheStore
{
    // Of one address: what clients may vary is theirs to choose, and must not fill the memory.
    private const int MostVariants = 64;

    private readonly ConcurrentDictionary<CacheKey, CacheResource> resources = new();
    private readonly long[] changes = new long[1024];
    private readonly Lock gate = new();
    private CacheEntry? newest;
    private CacheEntry? oldest;
    private CacheEntry? hand;
    private long bytes;
    private long filling;
    private long purges;

    /// <summary>Bytes it may hold.</summary>
    public long Limit { get; set; } = 64 * 1024 * 1024;

    public long Bytes => Volatile.Read(ref bytes);

    /// <summary>What is stored of an address for a request of a route; null without any.</summary>
    /// <param name="key">The address.</param>
    /// <param name="partition">Of the route.</param>
    /// <param name="request">Its headers.</param>
    /// <param name="known">True when there are answers to other requests for the address.</param>
    public CacheEntry? Find(in CacheKey key, CachePartition partition, IHeaderDictionary request, out bool known)
    {
        known = false;
        if (!resources.TryGetValue(key, out var resource))
        {
            return null;
        }

        CacheEntry? mark = null;
        foreach (var entry in resource.Entries)
        {
            if (!ReferenceEquals(entry.Partition, partition))
            {
                continue;
            }

            if (entry.IsMark)
            {
                mark = entry;
            }
            else if (entry.Vary.Matches(request))
            {
                // Read first: many cores that write the same line again and again would wait for each other.
                if (!entry.Visited)
                {
                    entry.Visited = true;
                }

                return entry;
            }
            else
            {
                known = true;
            }
        }

        return mark;
    }

    /// <summary>What the answers of an address vary by, as one text for a request; requests of the same text get the same answer.</summary>
    public string SignatureOf(in CacheKey key, CachePartition partition, IHeaderDictionary request)
    {
        if (resources.TryGetValue(key, out var resource))
        {
            foreach (var entry in resource.Entries)
            {
                if (ReferenceEquals(entry.Partition, partition) && !entry.IsMark)
                {
                    return entry.Vary.SignatureOf(request);
                }
            }
        }

        return "";
    }

    /// <summary>A number that is another one after the address was invalidated: what was asked for before is not stored after.</summary>
    public long StampOf(in CacheKey key) => Volatile.Read(ref changes[key.GetHashCode() & 1023]) + Volatile.Read(ref purges);

    /// <summary>Stores an answer in place of the one that is there for the same requests.</summary>
    public bool Put(in CacheKey key, CacheEntry entry, long stamp)
    {
        entry.Weigh(key);
        if (entry.Partition.IsClosed || entry.Size > Limit)
        {
            return false;
        }

        lock (gate)
        {
            if (StampOf(key) != stamp)
            {
                return false;
            }

            var resource = resources.GetOrAdd(key, static key => new CacheResource(key));
            foreach (var before in resource.Entries)
            {
                if (ReferenceEquals(before.Partition, entry.Partition) && before.Vary.Equals(entry.Vary))
                {
                    Take(before);
                }
            }

            if (resource.Entries.Length >= MostVariants)
            {
                Take(resource.Entries[^1]);
            }

            entry.Resource = resource;
            resource.Entries = [entry, .. resource.Entries];
            resources[key] = resource;
            Link(entry);
            while (bytes > Limit)
            {
                Evict();
            }
        }

        return true;
    }

    /// <summary>Takes one answer out.</summary>
    public void Remove(CacheEntry entry)
    {
        lock (gate)
        {
            Take(entry);
        }
    }

    /// <summary>An address was changed by a request: all of its answers go, and those that are on their way.</summary>
    public void Invalidate(in CacheKey key)
    {
        Interlocked.Increment(ref changes[key.GetHashCode() & 1023]);
        if (!resources.TryGetValue(key, out var resource))
        {
            return;
        }

        lock (gate)
        {
            foreach (var entry in resource.Entries)
            {
                Take(entry);
            }
        }
    }

    /// <summary>Takes out what a condition is true of; returns how many.</summary>
    public int Remove(Func<CacheKey, CacheEntry, bool> condition)
    {
        Interlocked.Increment(ref purges);
        var removed = 0;
        lock (gate)
        {
            for (var entry = newest; entry is not null;)
            {
                var next = entry.Older;
                if (condition(entry.Resource!.Key, entry))
                {
                    removed += entry.IsMark ? 0 : 1;
                    Take(entry);
                }

                entry = next;
            }
        }

        return removed;
    }

    /// <summary>How much each route has stored.</summary>
    public IReadOnlyList<(string Route, int Entries, long Bytes)> Weigh()
    {
        var all = new Dictionary<string, (int Entries, long Bytes)>();
        lock (gate)
        {
            for (var entry = newest; entry is not null; entry = entry.Older)
            {
                var (entries, size) = all.GetValueOrDefault(entry.Partition.Route);
                all[entry.Partition.Route] = (entries + (entry.IsMark ? 0 : 1), size + entry.Size);
            }
        }

        return [.. all.OrderBy(route => route.Key).Select(route => (route.Key, route.Value.Entries, route.Value.Bytes))];
    }

    /// <summary>Asks for memory for an answer that is coming. Answers under way count too, or many at once would be without bound.</summary>
    public bool TryReserve(int size)
    {
        if (Interlocked.Add(ref filling, size) <= Limit)
        {
            return true;
        }

        Interlocked.Add(ref filling, -size);
        return false;
    }

    public void Release(int size) => Interlocked.Add(ref filling, -size);

    private void Link(CacheEntry entry)
    {
        entry.Older = newest;
        if (newest is not null)
        {
            newest.Newer = entry;
        }

        newest = entry;
        oldest ??= entry;
        bytes += entry.Size;
        CacheMetrics.Bytes.Add(entry.Size);
    }

    private void Take(CacheEntry entry)
    {
        if (entry.Resource is not { } resource)
        {
            return;
        }

        hand = ReferenceEquals(hand, entry) ? entry.Newer : hand;
        newest = ReferenceEquals(newest, entry) ? entry.Older : newest;
        oldest = ReferenceEquals(oldest, entry) ? entry.Newer : oldest;
        entry.Newer?.Older = entry.Older;
        entry.Older?.Newer = entry.Newer;
        (entry.Newer, entry.Older, entry.Resource) = (null, null, null);
        bytes -= entry.Size;
        CacheMetrics.Bytes.Add(-entry.Size);
        resource.Entries = [.. resource.Entries.Where(other => !ReferenceEquals(other, entry))];
        if (resource.Entries.Length == 0)
        {
            resources.TryRemove(resource.Key, out _);
        }
    }

    private void Evict()
    {
        var entry = hand ?? oldest!;
        while (entry.Visited)
        {
            entry.Visited = false;
            entry = entry.Newer ?? oldest!;
        }

        hand = entry.Newer;
        Take(entry);
        CacheMetrics.Evictions.Add(1);
    }
}
