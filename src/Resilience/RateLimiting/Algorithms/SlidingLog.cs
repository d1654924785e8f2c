namespace Portolan.Resilience.RateLimiting.Algorithms;

/// <summary>The moments of the permits of the last period, exactly; under a short lock, because they do not fit into a word.</summary>
internal readonly struct SlidingLog(RateLimitOptions options, TimeBase time) : ILimitAlgorithm<PermitLog?>
{
    private readonly TimeBase time = time;
    private readonly long period = time.Saturated(options.Period);

    public int Limit { get; } = options.Permits;

    public LimitResult TryAcquire(ref PermitLog? state, long now, int permits)
    {
        var log = Volatile.Read(ref state) ?? Interlocked.CompareExchange(ref state, new PermitLog(), null) ?? state;
        lock (log)
        {
            log.Forget(now, period, Math.Max(period, time.Tolerance));
            var left = Limit - log.Count;
            if (Math.Max(permits, 1) > left)
            {
                // When the one has gone that stands in the way of the last of these.
                var free = log.At(Math.Max(permits, 1) - left - 1) + period;
                return new(false, Limit, left, time.Time(free - now), time.Time(log.Newest + period - now));
            }

            log.Add(permits, Limit);
            return new(true, Limit, left - permits, TimeSpan.Zero, log.Count == 0 ? TimeSpan.Zero : time.Time(log.Newest + period - now));
        }
    }

    public void Refund(ref PermitLog? state, long takenAt, long now, int permits)
    {
        var log = Volatile.Read(ref state);
        if (log is not null)
        {
            lock (log)
            {
                log.Remove(takenAt, permits);
            }
        }
    }

    public long WholeAt(ref PermitLog? state, long now)
    {
        var log = Volatile.Read(ref state);
        if (log is null)
        {
            return time.At(0);
        }

        lock (log)
        {
            return log.Count == 0 ? Math.Max(time.At(0), log.EmptySince) : log.Newest + period;
        }
    }
}
