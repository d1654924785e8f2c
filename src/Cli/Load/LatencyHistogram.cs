using System.Numerics;

namespace Portolan.Cli.Load;

/// <summary>
/// Counts of durations in buckets whose width grows with the duration: never more than 1 % wrong, from 100 ns to hours, in
/// 50 KB however many there are. Any thread may add.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Precision = 7;
    private const int PerDoubling = 1 << Precision;
    private readonly long[] buckets = new long[(64 - Precision) * PerDoubling];
    private long count;
    private long sum;
    private long maximum;

    public long Count => Volatile.Read(ref count);

    public TimeSpan Maximum => TimeSpan.FromTicks(Volatile.Read(ref maximum));

    public TimeSpan Mean => TimeSpan.FromTicks(Count == 0 ? 0 : Volatile.Read(ref sum) / Count);

    public void Add(long ticks)
    {
        var value = Math.Max(ticks, 0);
        Interlocked.Increment(ref buckets[BucketOf(value)]);
        Interlocked.Increment(ref count);
        Interlocked.Add(ref sum, value);
        long seen;
        while (value > (seen = Volatile.Read(ref maximum)) && Interlocked.CompareExchange(ref maximum, value, seen) != seen)
        {
            // Another thread was faster; perhaps it brought a longer one.
        }
    }

    /// <summary>The duration that this share of all stayed within, such as 0.99.</summary>
    public TimeSpan Percentile(double share)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(share * Count));
        var passed = 0L;
        for (var bucket = 0; bucket < buckets.Length; bucket++)
        {
            passed += Volatile.Read(ref buckets[bucket]);
            if (passed >= wanted)
            {
                return TimeSpan.FromTicks(Math.Min(HighestOf(bucket), Volatile.Read(ref maximum)));
            }
        }

        return Maximum;
    }

    // Below 2^8 a bucket for each tick; above, 128 for each doubling.
    private static int BucketOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value) - Precision);
        return (shift << Precision) + (int)(value >> shift);
    }

    private static long HighestOf(int bucket)
    {
        var shift = Math.Max(0, (bucket >> Precision) - 1);
        return ((bucket - ((long)shift << Precision) + 1) << shift) - 1;
    }
}
