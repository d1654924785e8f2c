namespace Portolan.Resilience.RateLimiting.Algorithms;

/// <summary>
/// Token bucket, leaky bucket as a meter, and GCRA: three stories about one arithmetic. The state is the moment at which
/// everything admitted so far would have been spread out evenly (GCRA's theoretical arrival time); how far it lies ahead of
/// now is the level of the leaky bucket, and what is missing in the token bucket.
/// </summary>
/// <remarks>
/// The moment is counted in units that are chosen so that a permit is a whole number of them: with 3 a second a third of
/// a timestamp. Where that does not fit into the word a permit is rounded up, so that the limiter is slower by less than
/// one timestamp a permit and never faster; where filling up takes longer than the word reaches, a unit is many timestamps.
/// </remarks>
internal readonly struct VirtualSchedule : ILimitAlgorithm<long>
{
    private const ulong Reach = 1UL << 61;
    private const long Farthest = 1L << 61;
    private readonly TimeBase time;
    private readonly long multiplier;
    private readonly int shift;
    private readonly long permit;
    private readonly long capacity;
    private readonly long setBack;

    public VirtualSchedule(RateLimitOptions options, TimeBase time)
    {
        this.time = time;
        Limit = options.EffectiveBurst;
        var period = time.Timestamps(options.Period);
        var permits = (UInt128)(uint)options.Permits;
        var horizon = UInt128.Max(period * (uint)Limit / permits, (ulong)time.Horizon);
        while (horizon >> shift > Reach)
        {
            shift++;
        }

        multiplier = shift > 0 ? 1 : (long)UInt128.Min(permits / Divisor(permits, period), Reach / horizon);
        var divisor = permits << shift;
        permit = (long)(((period * (ulong)multiplier) + divisor - 1) / divisor);
        capacity = Limit * permit;
        setBack = capacity + Math.Max(capacity, (time.Tolerance >> shift) * multiplier);
    }

    public int Limit { get; }

    public LimitResult TryAcquire(ref long state, long now, int permits)
    {
        var at = Units(now);
        var cost = Math.Max(permits, 1) * permit;
        while (true)
        {
            var seen = Volatile.Read(ref state);
            var from = Math.Max(seen, at);
            if (from + cost - at > capacity)
            {
                if (from - at <= setBack)
                {
                    return Refuse(now, at, from, cost);
                }

                // The clock was set back: an empty bucket is the worst that can have been.
                Interlocked.CompareExchange(ref state, at + capacity, seen);
            }
            else if (permits == 0)
            {
                return Admit(from - at);
            }
            else if (Interlocked.CompareExchange(ref state, from + cost, seen) == seen)
            {
                return Admit(from + cost - at);
            }
            else
            {
                Contention.StepAside();
            }
        }
    }

    // Later than this the bucket may have been full meanwhile without ours, and then giving back would be a gift.
    public void Refund(ref long state, long takenAt, long now, int permits)
    {
        if (Units(now) < Units(takenAt) + (permits * permit))
        {
            Interlocked.Add(ref state, -permits * permit);
        }
    }

    public long WholeAt(ref long state, long now) => time.At(Timestamps(Volatile.Read(ref state)));

    private static UInt128 Divisor(UInt128 left, UInt128 right) => right == 0 ? left : Divisor(right, left % right);

    private long Units(long now) => (time.Elapsed(now) >> shift) * multiplier;

    // The first timestamp at which so many units have passed; what lies too far ahead for a word is as far as one reaches.
    private long Timestamps(long units) => multiplier switch
    {
        _ when shift > 0 => units > Farthest >> shift ? Farthest : units << shift,
        1 => units,
        _ => (units + multiplier - 1) / multiplier,
    };

    private TimeSpan Until(long units, long now) => units <= Farthest >> shift
        ? time.Time(Timestamps(units) - time.Elapsed(now))
        : time.LongTime((Int128)units << shift);

    private LimitResult Admit(long level) =>
        new(true, Limit, (capacity - level) / permit, TimeSpan.Zero, shift == 0 ? time.Time(Timestamps(level)) : time.LongTime((Int128)level << shift));

    private LimitResult Refuse(long now, long at, long from, long cost) =>
        new(false, Limit, Math.Max(0, capacity - (from - at)) / permit, Until(from + cost - capacity, now), Until(from, now));
}
