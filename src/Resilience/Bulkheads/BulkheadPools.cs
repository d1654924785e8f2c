using System.Collections.Concurrent;

namespace Portolan.Resilience.Bulkheads;

/// <summary>
/// A pool for each key, such as a tenant (<see cref="CallOptions.Key"/>), made when it first comes. The number of pools is
/// bounded: beyond it those are given up in which nobody is; when all are in use, further keys are refused.
/// </summary>
/// <param name="name">What events, metrics and rejections call every one of them.</param>
/// <param name="options">Of each pool; null: the defaults.</param>
/// <param name="maximumKeys">Pools at once, at least 1.</param>
/// <param name="clock">Null: the system's.</param>
public sealed class BulkheadPools(string name, BulkheadOptions? options = null, int maximumKeys = 10_000, TimeProvider? clock = null) : IDisposable
{
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMilliseconds(10);

    private readonly int maximumKeys = maximumKeys > 0 ? maximumKeys : throw new ArgumentOutOfRangeException(nameof(maximumKeys), maximumKeys, "Give at least 1.");
    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, Bulkhead> pools = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly Bulkhead model = new(name, options, clock);
    private int count;
    private long? vainSweep;
    private bool closed;

    /// <summary>What events, metrics and rejections call every one of them.</summary>
    public string Name { get; } = name;

    /// <summary>How many pools there are.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Calls that run for this key.</summary>
    public int InUse(string key) => pools.TryGetValue(key, out var pool) ? pool.InUse : 0;

    /// <summary>The pipelines that use them.</summary>
    public IReadOnlyList<string> Users => model.Users;

    /// <summary>Disposes of all of them.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            model.Dispose();
            foreach (var pool in pools.Values)
            {
                pool.Dispose();
            }
        }
    }

    internal void AddUser(string pipeline) => model.AddUser(pipeline);

    /// <summary>The pool of the key; null when there is none for it.</summary>
    internal Bulkhead? Find(string? key) =>
        pools.TryGetValue(key ?? "", out var pool) && !pool.IsRetired ? pool : Add(key ?? "");

    private Bulkhead? Add(string key)
    {
        lock (gate)
        {
            if (pools.TryGetValue(key, out var pool))
            {
                return pool;
            }

            if (closed)
            {
                return model;
            }

            if (count >= maximumKeys && !Sweep())
            {
                return null;
            }

            count++;
            return pools[key] = model.Another();
        }
    }

    // Looking through all of them in vain is not repeated at once, or refusing would cost more than serving.
    private bool Sweep()
    {
        var now = clock.GetTimestamp();
        if (vainSweep is { } last && clock.GetElapsedTime(last, now) is var since && since >= TimeSpan.Zero && since < BetweenSweeps)
        {
            return false;
        }

        foreach (var (key, pool) in pools)
        {
            if (pool.TryRetire())
            {
                pools.TryRemove(key, out _);
                count--;
            }
        }

        vainSweep = count < maximumKeys ? null : now;
        return count < maximumKeys;
    }
}
