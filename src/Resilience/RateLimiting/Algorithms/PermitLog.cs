namespace Portolan.Resilience.RateLimiting.Algorithms;

/// <summary>A ring of timestamps, oldest first, that grows to what is used. Whoever calls holds the lock on it.</summary>
internal sealed class PermitLog
{
    private long[] ring = new long[4];
    private int oldest;
    private long latest = long.MinValue / 2;

    public int Count { get; private set; }

    public long Newest => At(Count - 1);

    /// <summary>Since when nothing is in it; while something is, it says nothing.</summary>
    public long EmptySince { get; private set; } = long.MinValue;

    public long At(int index) => ring[(oldest + index) % ring.Length];

    /// <summary>Drops what is a period old. What lies further ahead than a thread can be late goes back with the clock.</summary>
    public void Forget(long now, long period, long tolerance)
    {
        if (latest - now > tolerance)
        {
            var back = latest - now;
            for (var index = 0; index < Count; index++)
            {
                ring[(oldest + index) % ring.Length] -= back;
            }

            latest = now;
        }

        latest = Math.Max(latest, now);
        while (Count > 0 && now - ring[oldest] >= period)
        {
            EmptySince = ring[oldest] + period;
            oldest = (oldest + 1) % ring.Length;
            Count--;
        }
    }

    // A late caller counts as one that comes now: what others forgot meanwhile is not there to be counted with it.
    public void Add(int permits, int limit)
    {
        if (permits == 0)
        {
            return;
        }

        if (Count + permits > ring.Length)
        {
            Grow((int)Math.Min(limit, Math.Max(Count + permits, 2L * ring.Length)));
        }

        for (; permits > 0; permits--, Count++)
        {
            ring[(oldest + Count) % ring.Length] = latest;
        }
    }

    public void Remove(long takenAt, int permits)
    {
        // The newest that are not newer than ours: ours, or others of the same moment.
        var last = Count - 1;
        while (last >= 0 && At(last) > takenAt)
        {
            last--;
        }

        var removed = Math.Min(permits, last + 1);
        for (var index = last + 1; index < Count; index++)
        {
            ring[(oldest + index - removed) % ring.Length] = At(index);
        }

        Count -= removed;
    }

    private void Grow(int size)
    {
        var larger = new long[size];
        for (var index = 0; index < Count; index++)
        {
            larger[index] = At(index);
        }

        ring = larger;
        oldest = 0;
    }
}
