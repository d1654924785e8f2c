using System.Runtime.CompilerServices;

namespace Portolan.Resilience.Latency;

/// <summary>
/// How long things took within the last stretch of time, as a histogram that many threads fill without a lock. Percentiles
/// are off by at most 3.2 % between 1 µs and 1 h; what is shorter counts as 0 to 1 µs, what is longer as 1 h.
/// </summary>
/// <param name="clock">Time.</param>
/// <param name="window">How far back it looks, in ten slices: the oldest tenth leaves at once.</param>
public sealed class LatencyWindow(TimeProvider clock, TimeSpan window)
{
    internal const int Slices = 10;

    // An answer is kept for a tenth of a slice, and as many different shares as a breaker asks for.
    private const int AnswersASlice = 10;
    private const int KeptShares = 4;

    private static readonly LatencySlice Empty = new();

    private readonly long sliceLength = SliceLength(clock, window);
    private readonly LatencySlice[] slices = [.. Enumerable.Repeat(Empty, Slices)];
    private readonly Answer?[] answers = new Answer?[KeptShares];
    private LatencySlice? spare;
    private int nextAnswer;

    /// <summary>How far back it looks.</summary>
    public TimeSpan Window { get; } = window;

    /// <summary>How many durations it has seen in the window; counted when it is asked.</summary>
    public long Count
    {
        get
        {
            Span<uint> merged = stackalloc uint[LatencySlice.Buckets];
            return Merge(merged, clock.GetTimestamp() / sliceLength);
        }
    }

    /// <summary>Counts a duration; allocates nothing but, ten times in the first window, a slice.</summary>
    /// <param name="now">The clock's timestamp when it ended, or when it began: it decides only which slice.</param>
    /// <param name="duration">A negative one counts as zero.</param>
    public void Record(long now, TimeSpan duration)
    {
        var tick = now / sliceLength;
        var slice = Volatile.Read(ref Slot(tick));
        (slice.Tick == tick ? slice : Turn(tick)).Add(duration);
    }

    /// <summary>The duration that this share of calls did not exceed, as of now; null with fewer than <paramref name="minimumCount"/>.</summary>
    public TimeSpan? Percentile(double share, int minimumCount) => Percentile(clock.GetTimestamp(), share, minimumCount);

    /// <summary>
    /// The same for who has read the clock. Cheap enough to ask for every call: an answer is kept for a hundredth of the
    /// window (that there are too few is not kept).
    /// </summary>
    public TimeSpan? Percentile(long now, double share, int minimumCount)
    {
        foreach (var answer in answers)
        {
            if (answer is not null && answer.Share.Equals(share) && now >= answer.From && now < answer.Until && answer.Count >= minimumCount)
            {
                return answer.Value;
            }
        }

        return Scan(now, share, minimumCount);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Fill(slices, Empty);
        Array.Clear(answers);
    }

    private static long SliceLength(TimeProvider clock, TimeSpan window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        var timestamps = window.TotalSeconds * clock.TimestampFrequency / Slices;
        return Math.Max(1, timestamps >= long.MaxValue / 2 ? long.MaxValue / 2 : (long)timestamps);
    }

    private ref LatencySlice Slot(long tick) => ref slices[(int)((ulong)tick % Slices)];

    // Readers and writers of the old slice go on undisturbed: the new one is ready before anybody sees it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private LatencySlice Turn(long tick)
    {
        var old = Volatile.Read(ref Slot(tick));
        if (old.Tick > tick)
        {
            // Either the caller read the clock a window ago, or the clock was set back; the clock itself knows which.
            tick = Math.Max(tick, clock.GetTimestamp() / sliceLength);
            old = Volatile.Read(ref Slot(tick));
        }

        if (old.Tick == tick)
        {
            return old;
        }

        var fresh = Interlocked.Exchange(ref spare, null) ?? new LatencySlice();
        fresh.Begin(tick);
        var seen = Interlocked.CompareExchange(ref Slot(tick), fresh, old);
        Volatile.Write(ref spare, ReferenceEquals(seen, old) ? Spare(old) : fresh);
        return ReferenceEquals(seen, old) ? fresh : seen;
    }

    private static LatencySlice? Spare(LatencySlice old) => ReferenceEquals(old, Empty) ? null : old;

    private TimeSpan? Scan(long now, double share, int minimumCount)
    {
        Span<uint> merged = stackalloc uint[LatencySlice.Buckets];
        var count = Merge(merged, now / sliceLength);
        if (count == 0 || count < minimumCount)
        {
            return null;
        }

        var value = LatencySlice.Percentile(merged, count, share);
        Keep(new Answer(share, value, count, now, now + Math.Max(1, sliceLength / AnswersASlice)));
        return value;
    }

    private void Keep(Answer answer)
    {
        var index = Array.FindIndex(answers, old => old is null || old.Share.Equals(answer.Share));
        Volatile.Write(ref answers[index >= 0 ? index : nextAnswer++ & (KeptShares - 1)], answer);
    }

    private long Merge(Span<uint> merged, long tick)
    {
        merged.Clear();
        foreach (ref var slot in slices.AsSpan())
        {
            var slice = Volatile.Read(ref slot);
            if (slice.Tick <= tick && slice.Tick > tick - Slices)
            {
                slice.AddTo(merged);
            }
        }

        return LatencySlice.Total(merged);
    }

    private sealed record Answer(double Share, TimeSpan Value, long Count, long From, long Until);
}
