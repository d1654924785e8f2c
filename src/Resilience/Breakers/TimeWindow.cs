namespace Portolan.Resilience.Breakers;

/// <summary>
/// A ring of buckets. A bucket is one word (22 bits which stretch of time it counts, 21 bits calls, 21 bits bad ones), so
/// that a call is one compare-and-swap that cannot hit a bucket which has passed on to another stretch meanwhile. Exact up
/// to two million calls a bucket; beyond, the bucket is halved and keeps its share.
/// </summary>
/// <remarks>
/// Who finds the current bucket over stamps the next ones, also those in which nothing happened, under a lock: once a bucket.
/// So every bucket always belongs to the window. A clock that goes backwards counts in the newest bucket.
/// </remarks>
internal sealed class TimeWindow : RateWindow
{
    /// <summary>So many buckets fit beside the number of the stretch in the cursor.</summary>
    public const int MostBuckets = 60;

    private const int CountBits = 21;
    private const int EpochShift = 2 * CountBits;
    private const int SlotBits = 6;
    private const long MostCalls = (1L << CountBits) - 1;
    private const long EpochMask = (1L << (64 - EpochShift)) - 1;
    private const long OneCall = 1L << CountBits;
    private const long Sealed = -1;

    private readonly long[] buckets;
    private readonly Lock turning = new();
    private readonly long origin;
    private readonly long length;
    private long cursor;
    private long end;
    private long past;

    public TimeWindow(long origin, long window, int count)
    {
        this.origin = origin;
        buckets = new long[count];
        length = Math.Max(1, window / count);
        end = EndOf(0, origin);
    }

    public override long Total
    {
        get
        {
            lock (turning)
            {
                return past + buckets.Sum(CallsOf);
            }
        }
    }

    public override bool Record(long now, bool bad)
    {
        if (now >= Volatile.Read(ref end))
        {
            Turn(now);
        }

        var one = bad ? OneCall + 1 : OneCall;
        while (true)
        {
            var position = Volatile.Read(ref cursor);
            if (position == Sealed)
            {
                return false;
            }

            ref var bucket = ref buckets[position & ((1 << SlotBits) - 1)];
            var word = Volatile.Read(ref bucket);
            if (word >>> EpochShift != (position >> SlotBits & EpochMask))
            {
                AwaitTurn();
            }
            else if (CallsOf(word) == MostCalls)
            {
                Halve(ref bucket, word);
            }
            else if (Interlocked.CompareExchange(ref bucket, word + one, word) == word)
            {
                return true;
            }
        }
    }

    public override (long Calls, long Bad) Read(long now)
    {
        if (now >= Volatile.Read(ref end))
        {
            Turn(now);
        }

        long calls = 0;
        long bad = 0;
        foreach (ref var bucket in buckets.AsSpan())
        {
            var word = Volatile.Read(ref bucket);
            calls += CallsOf(word);
            bad += word & MostCalls;
        }

        return (calls, bad);
    }

    public override void Seal()
    {
        lock (turning)
        {
            Volatile.Write(ref cursor, Sealed);
            Volatile.Write(ref end, long.MaxValue);
            for (var slot = 0; slot < buckets.Length; slot++)
            {
                // A stretch half of all stretches away: nobody's swap can succeed here any more.
                var epoch = (buckets[slot] >>> EpochShift) + (EpochMask >> 1);
                past += CallsOf(Interlocked.Exchange(ref buckets[slot], epoch << EpochShift));
            }
        }
    }

    private static long CallsOf(long word) => word >> CountBits & MostCalls;

    private void Turn(long now)
    {
        lock (turning)
        {
            if (now < end || cursor == Sealed)
            {
                return;
            }

            var epoch = (now - origin) / length;
            var first = Math.Max((cursor >> SlotBits) + 1, epoch - buckets.Length + 1);
            for (var stretch = first; stretch <= epoch; stretch++)
            {
                past += CallsOf(Interlocked.Exchange(ref buckets[stretch % buckets.Length], (stretch & EpochMask) << EpochShift));
            }

            Volatile.Write(ref cursor, epoch << SlotBits | epoch % buckets.Length);
            Volatile.Write(ref end, EndOf(epoch, now));
        }
    }

    // Far out, the last bucket ends with time itself.
    private long EndOf(long epoch, long within) =>
        length > long.MaxValue - Math.Max(within, 0) ? long.MaxValue : origin + ((epoch + 1) * length);

    // Its bucket is stamped and the cursor follows at once: whoever holds the lock is about to write it.
    private void AwaitTurn()
    {
        lock (turning)
        {
        }
    }

    private void Halve(ref long bucket, long word)
    {
        var calls = CallsOf(word);
        var half = (word & ~((1L << EpochShift) - 1)) | (calls >> 1 << CountBits) | ((word & MostCalls) >> 1);
        if (Interlocked.CompareExchange(ref bucket, half, word) == word)
        {
            Interlocked.Add(ref past, calls - (calls >> 1));
        }
    }
}
