using System.Collections.Concurrent;
using Portolan.Resilience.RateLimiting.Algorithms;

namespace Portolan.Resilience.RateLimiting;

internal abstract class PartitionTable
{
    public abstract int Count { get; }

    public abstract LimitResult TryAcquire(string key, long now, int permits);

    public abstract void Refund(string key, long takenAt, long now, int permits);
}

/// <summary>The states of keys: a dictionary to find them, and a ring over which a hand goes to find the one that leaves.</summary>
internal sealed class PartitionTable<TAlgorithm, TState>(TAlgorithm algorithm, RateLimitOptions options) : PartitionTable
    where TAlgorithm : struct, ILimitAlgorithm<TState>
{
    // How far the hand looks for an idle key, so that a flood of new keys costs each of them little.
    private const int Reach = 32;

    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly List<Entry> ring = [];
    private readonly Lock gate = new();
    private readonly KeyValuePair<string, object?> tag = new("limit", options.Name);
    private int hand;

    public override int Count => entries.Count;

    public override LimitResult TryAcquire(string key, long now, int permits)
    {
        while (true)
        {
            if (!entries.TryGetValue(key, out var entry))
            {
                if (permits == 0)
                {
                    var untouched = default(TState)!;
                    return algorithm.TryAcquire(ref untouched, now, 0);
                }

                entry = Add(key, now);
            }

            if (permits > 0 && !entry.Used)
            {
                entry.Used = true;
            }

            var result = algorithm.TryAcquire(ref entry.State, now, permits);

            // What was taken from a key on its way out is not counted by its successor: it is taken there again.
            if (!Volatile.Read(ref entry.Leaving))
            {
                return result;
            }
        }
    }

    public override void Refund(string key, long takenAt, long now, int permits)
    {
        if (entries.TryGetValue(key, out var entry))
        {
            algorithm.Refund(ref entry.State, takenAt, now, permits);
        }
    }

    private Entry Add(string key, long now)
    {
        lock (gate)
        {
            if (entries.TryGetValue(key, out var entry))
            {
                return entry;
            }

            entry = new Entry(key);
            if (ring.Count < options.MaximumKeys)
            {
                ring.Add(entry);
            }
            else
            {
                var place = MakeRoom(now);
                entries.TryRemove(ring[place].Key, out _);
                ring[place] = entry;
            }

            entries[key] = entry;
            return entry;
        }
    }

    // The first idle key within reach; else the first that was not used since the hand came by; else the last one seen.
    private int MakeRoom(long now)
    {
        var unused = -1;
        var place = hand;
        for (var steps = Math.Min(Reach, ring.Count); steps > 0; steps--)
        {
            place = hand;
            hand = (hand + 1) % ring.Count;
            if (TryRetire(ring[place], now))
            {
                ResilienceMetrics.LimitEvictions.Add(1, tag, new("active", false));
                return place;
            }

            unused = unused < 0 && !ring[place].Used ? place : unused;
            ring[place].Used = false;
        }

        place = unused < 0 ? place : unused;
        Interlocked.Exchange(ref ring[place].Leaving, true);
        ResilienceMetrics.LimitEvictions.Add(1, tag, new("active", true));
        return place;
    }

    // Marked first and looked at again: either we see what a caller just took, or the caller sees the mark.
    private bool TryRetire(Entry entry, long now)
    {
        if (algorithm.WholeAt(ref entry.State, now) > now)
        {
            return false;
        }

        Interlocked.Exchange(ref entry.Leaving, true);
        if (algorithm.WholeAt(ref entry.State, now) <= now)
        {
            return true;
        }

        Volatile.Write(ref entry.Leaving, false);
        return false;
    }

    private sealed class Entry(string key)
    {
        public TState State = default!;
        public bool Leaving;
        public bool Used;

        public string Key { get; } = key;
    }
}
