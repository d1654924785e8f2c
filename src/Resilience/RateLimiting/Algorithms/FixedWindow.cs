namespace Portolan.Resilience.RateLimiting.Algorithms;

/// <summary>
/// So many permits in each window of a grid that begins with the limiter. Permits are numbered through all windows: window
/// w owns the numbers from w × limit on, so that the one number given out last says both the window and the count.
/// </summary>
internal readonly struct FixedWindow(RateLimitOptions options, TimeBase time) : ILimitAlgorithm<long>
{
    private readonly TimeBase time = time;
    private readonly long period = time.Saturated(options.Period);

    public int Limit { get; } = options.Permits;

    public LimitResult TryAcquire(ref long state, long now, int permits)
    {
        var current = WindowOf(now);
        while (true)
        {
            var seen = Volatile.Read(ref state);
            var window = seen <= (current + 1) * Limit ? current : CountedIn(seen);
            if (window - current > 1 && window - current > time.Tolerance / period)
            {
                // The count goes along into the window in which the clock says we are.
                Interlocked.CompareExchange(ref state, seen - ((window - current) * Limit), seen);
                continue;
            }

            var from = Math.Max(seen, window * Limit);
            var left = ((window + 1) * Limit) - from;
            if (Math.Max(permits, 1) > left)
            {
                var wait = time.Time(EndOf(window) - now);
                return new(false, Limit, left, wait, wait);
            }

            if (permits == 0 || Interlocked.CompareExchange(ref state, from + permits, seen) == seen)
            {
                left -= permits;
                return new(true, Limit, left, TimeSpan.Zero, left == Limit ? TimeSpan.Zero : time.Time(EndOf(window) - now));
            }

            Contention.StepAside();
        }
    }

    public void Refund(ref long state, long takenAt, long now, int permits)
    {
        var window = WindowOf(takenAt);
        long seen;
        do
        {
            seen = Volatile.Read(ref state);
            if (CountedIn(seen) != window)
            {
                return;
            }
        }
        while (Interlocked.CompareExchange(ref state, seen - permits, seen) != seen);
    }

    public long WholeAt(ref long state, long now)
    {
        var seen = Volatile.Read(ref state);
        return seen == 0 ? time.At(0) : EndOf(CountedIn(seen));
    }

    // A full window and an untouched next one share a number; it is read as the full one.
    private long CountedIn(long seen) => Floor(seen - 1, Limit);

    private long WindowOf(long now) => Floor(time.Elapsed(now), period);

    private long EndOf(long window) => time.At((window + 1) * period);

    private static long Floor(long value, long divisor) => value >= 0 ? value / divisor : -1 - ((-1 - value) / divisor);
}
