using Portolan.Resilience.RateLimiting;

namespace Portolan.Resilience.Tests.RateLimiting;

/// <summary>What a limiter does, written as plainly as it can be said; time in ticks since its beginning.</summary>
public abstract class LimitModel
{
    public static LimitModel Of(RateLimitOptions options) => options.Algorithm switch
    {
        LimitAlgorithm.FixedWindow => new Windows(options, false),
        LimitAlgorithm.SlidingCounter => new Windows(options, true),
        LimitAlgorithm.SlidingLog => new Log(options),
        _ => new Bucket(options, BurstOf(options)),
    };

    public static int BurstOf(RateLimitOptions options) => options.Burst ?? options.Algorithm switch
    {
        LimitAlgorithm.TokenBucket => 10 * options.Permits,
        LimitAlgorithm.Gcra => 1,
        _ => options.Permits,
    };

    public abstract bool Admit(long time, int cost);

    // Tokens in shares of a period, so that nothing is rounded.
    private sealed class Bucket(RateLimitOptions options, int burst) : LimitModel
    {
        private Int128 tokens = (Int128)burst * options.Period.Ticks;
        private long last;

        public override bool Admit(long time, int cost)
        {
            tokens = Int128.Min((Int128)burst * options.Period.Ticks, tokens + ((Int128)options.Permits * (time - last)));
            last = time;
            if (tokens < (Int128)cost * options.Period.Ticks)
            {
                return false;
            }

            tokens -= (Int128)cost * options.Period.Ticks;
            return true;
        }
    }

    private sealed class Windows(RateLimitOptions options, bool slides) : LimitModel
    {
        private readonly Dictionary<long, long> counts = [];

        public override bool Admit(long time, int cost)
        {
            var period = options.Period.Ticks;
            var (window, into) = Math.DivRem(time, period);
            var current = counts.GetValueOrDefault(window);
            var previous = slides ? counts.GetValueOrDefault(window - 1) : 0;
            if (((Int128)previous * (period - into)) + ((Int128)(current + cost) * period) > (Int128)options.Permits * period)
            {
                return false;
            }

            counts[window] = current + cost;
            return true;
        }
    }

    private sealed class Log(RateLimitOptions options) : LimitModel
    {
        private readonly List<long> times = [];

        public override bool Admit(long time, int cost)
        {
            times.RemoveAll(old => time - old >= options.Period.Ticks);
            if (times.Count + cost > options.Permits)
            {
                return false;
            }

            times.AddRange(Enumerable.Repeat(time, cost));
            return true;
        }
    }
}
