using System.Numerics;
using System.Runtime.CompilerServices;

namespace Portolan.Resilience.RateLimiting.Algorithms;

/// <summary>
/// Counts of this window and the one before, where the one before counts for the share of it that lies less than a period
/// back. Both counts and the window's number stand in one word; the number has the bits that the counts leave, at least 24,
/// and wraps around: who comes back after exactly so many millions of windows may find its old counts, for two windows.
/// </summary>
internal readonly struct SlidingCounter : ILimitAlgorithm<long>
{
    // Longer periods are counted in coarser units, so that a count times a period stays within the word.
    private const int PeriodBits = 42;
    private readonly TimeBase time;
    private readonly int shift;
    private readonly long period;
    private readonly int bits;

    public SlidingCounter(RateLimitOptions options, TimeBase time)
    {
        this.time = time;
        Limit = options.Permits;
        bits = BitOperations.Log2((uint)Limit) + 1;
        var exact = time.Saturated(options.Period);
        shift = Math.Max(0, BitOperations.Log2((ulong)exact) + 1 - PeriodBits);
        period = (exact + (1L << shift) - 1) >> shift;
    }

    public int Limit { get; }

    public LimitResult TryAcquire(ref long state, long now, int permits)
    {
        var elapsed = time.Elapsed(now) >> shift;
        var window = Floor(elapsed);
        while (true)
        {
            var seen = Volatile.Read(ref state);
            var counts = Read(seen, window, elapsed);
            var left = Limit - counts.Current - Reaching(counts);
            if (Math.Max(permits, 1) > left)
            {
                // Written too where the clock was set back, that the counts do not wait for it.
                if (Distance(counts.Window, seen) < 0 && Interlocked.CompareExchange(ref state, Write(counts), seen) != seen)
                {
                    continue;
                }

                return new(false, Limit, Math.Max(0, left), Until(FreeAt(counts, Math.Max(permits, 1)), now), Until(WholeAt(counts), now));
            }

            counts.Current += permits;
            if (permits == 0 || Interlocked.CompareExchange(ref state, Write(counts), seen) == seen)
            {
                return new(true, Limit, left - permits, TimeSpan.Zero, Until(WholeAt(counts), now));
            }

            Contention.StepAside();
        }
    }

    public void Refund(ref long state, long takenAt, long now, int permits)
    {
        var taken = Floor(time.Elapsed(takenAt) >> shift);
        long seen;
        Counts counts;
        do
        {
            seen = Volatile.Read(ref state);
            var behind = Distance(taken, seen);
            counts = Unpack(seen, taken - behind, 0);
            counts.Current -= behind == 0 ? Math.Min(permits, counts.Current) : 0;
            counts.Previous -= behind == -1 ? Math.Min(permits, counts.Previous) : 0;
        }
        while (Interlocked.CompareExchange(ref state, Write(counts), seen) != seen);
    }

    public long WholeAt(ref long state, long now)
    {
        var seen = Volatile.Read(ref state);
        var window = Floor(time.Elapsed(now) >> shift);
        return time.At(WholeAt(Unpack(seen, window - Distance(window, seen), 0)) << shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Counts Read(long word, long window, long elapsed)
    {
        var ahead = Distance(window, word);
        if (ahead is 0)
        {
            return Unpack(word, window, elapsed - (window * period));
        }

        if (ahead > 0)
        {
            return new Counts { Window = window, Into = elapsed - (window * period), Previous = ahead == 1 ? Unpack(word, 0, 0).Current : 0 };
        }

        // Judged at the beginning of the window that was counted in last; or the clock was set back, and the counts with it.
        return ahead >= -2 || ahead >= -((time.Tolerance >> shift) / period)
            ? Unpack(word, window - ahead, 0)
            : Unpack(word, window, elapsed - (window * period));
    }

    // The share of the window before that is still within reach, rounded up to a whole permit.
    private long Reaching(in Counts counts) =>
        counts.Previous == 0 ? 0 : ((counts.Previous * (period - counts.Into)) + period - 1) / period;

    // In this window when enough of the one before has gone out of reach, else in the next when enough of this one has.
    private long FreeAt(in Counts counts, int permits)
    {
        var room = Limit - counts.Current - permits;
        return room >= 0
            ? ((counts.Window + 1) * period) - (room * period / counts.Previous)
            : ((counts.Window + 2) * period) - ((Limit - permits) * period / counts.Current);
    }

    private long WholeAt(in Counts counts) =>
        counts.Current > 0 ? (counts.Window + 2) * period : counts.Previous > 0 ? (counts.Window + 1) * period : (counts.Window * period) + counts.Into;

    private TimeSpan Until(long elapsed, long now) => time.Time(time.At(elapsed << shift) - now);

    // How many windows this one is ahead of the word's; the difference survives that the number wraps around.
    private long Distance(long window, long word) => ((window << (2 * bits)) - (word >> (2 * bits) << (2 * bits))) >> (2 * bits);

    private Counts Unpack(long word, long window, long into) =>
        new() { Window = window, Into = into, Previous = (word >> bits) & ((1L << bits) - 1), Current = word & ((1L << bits) - 1) };

    private long Write(in Counts counts) => (counts.Window << (2 * bits)) | (counts.Previous << bits) | counts.Current;

    private long Floor(long elapsed) => elapsed >= 0 ? elapsed / period : -1 - ((-1 - elapsed) / period);

    private struct Counts
    {
        public long Window;
        public long Into;
        public long Previous;
        public long Current;
    }
}
