using System.Numerics;
using System.Runtime.InteropServices;

namespace Portolan.Resilience.Latency;

/// <summary>
/// Counts of durations by their size: exact to the tick (100 ns) below 32 ticks, then sixteen buckets for each doubling, so
/// that the middle of a bucket is at most a thirty-second away from everything in it.
/// </summary>
internal sealed class LatencySlice
{
    /// <summary>Enough for an hour, and a multiple of every vector's length.</summary>
    public const int Buckets = (36 - Shift + 1) * PerDoubling;

    private const int Shift = 4;
    private const int PerDoubling = 1 << Shift;

    private readonly uint[] counts = new uint[Buckets];

    /// <summary>Which slice of all time it is; that of a slice in which nothing was ever counted is before all others.</summary>
    public long Tick { get; private set; } = long.MinValue;

    /// <summary>How many durations the counts count.</summary>
    public static long Total(ReadOnlySpan<uint> counts)
    {
        long total = 0;
        foreach (var bucket in counts)
        {
            total += bucket;
        }

        return total;
    }

    /// <summary>The duration that this share of <paramref name="total"/> (more than none) did not exceed.</summary>
    public static TimeSpan Percentile(ReadOnlySpan<uint> counts, long total, double share)
    {
        var rank = Math.Clamp((long)Math.Ceiling(share * total), 1, total);
        var bucket = 0;
        for (long passed = counts[0]; passed < rank; passed += counts[bucket])
        {
            bucket++;
        }

        return Middle(bucket);
    }

    public ReadOnlySpan<uint> Counts => counts;

    public void Begin(long tick)
    {
        Array.Clear(counts);
        Tick = tick;
    }

    public void Add(TimeSpan duration) => Interlocked.Increment(ref counts[BucketOf(duration)]);

    public void AddTo(Span<uint> sums)
    {
        var to = MemoryMarshal.Cast<uint, Vector<uint>>(sums);
        var from = MemoryMarshal.Cast<uint, Vector<uint>>(counts);
        for (var index = 0; index < to.Length; index++)
        {
            to[index] += from[index];
        }
    }

    private static TimeSpan Middle(int bucket)
    {
        var doublings = Math.Max(0, (bucket >> Shift) - 1);
        var lowest = (long)(bucket - (doublings << Shift)) << doublings;
        return TimeSpan.FromTicks(lowest + ((1L << doublings) >> 1));
    }

    private static int BucketOf(TimeSpan duration)
    {
        var ticks = Math.Clamp(duration.Ticks, 0, TimeSpan.TicksPerHour);
        var doublings = Math.Max(0, BitOperations.Log2((ulong)ticks) - Shift);
        return (doublings << Shift) + (int)(ticks >> doublings);
    }
}
