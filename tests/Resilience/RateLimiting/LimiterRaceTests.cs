using Portolan.Resilience.RateLimiting;

namespace Portolan.Resilience.Tests.RateLimiting;

public sealed class LimiterRaceTests
{
    private const int Threads = 8;

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void Many_threads_together_get_exactly_the_limit(LimitAlgorithm algorithm)
    {
        var clock = new SetClock();
        var limiter = Limiter.Create(Options(algorithm), clock);
        Assert.Equal(limiter.Policy.Quota, Race(() => limiter.TryAcquire(clock.Now).Admitted ? 1 : 0, 4_000));
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void Costs_of_several_permits_are_taken_whole_or_not_at_all(LimitAlgorithm algorithm)
    {
        var clock = new SetClock();
        var limiter = Limiter.Create(Options(algorithm), clock);
        Assert.Equal(limiter.Policy.Quota / 7 * 7, Race(() => limiter.TryAcquire(clock.Now, 7).Admitted ? 7 : 0, 1_000));
        Assert.Equal(limiter.Policy.Quota % 7, limiter.TryAcquire(clock.Now, 0).Remaining);
    }

    // Windows and schedules move on under the threads, each of which reads the clock a little before it asks.
    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void While_the_clock_goes_on_no_more_is_admitted_than_the_time_allows(LimitAlgorithm algorithm)
    {
        var clock = new SetClock();
        var start = clock.Now;
        var options = Options(algorithm);
        var limiter = Limiter.Create(options, clock);
        var calls = 0;
        var admitted = Race(
            () =>
            {
                var now = clock.Now;
                if (Interlocked.Increment(ref calls) % 16 == 0)
                {
                    lock (clock)
                    {
                        clock.Now += 2_000;
                    }
                }

                return limiter.TryAcquire(now).Admitted ? 1 : 0;
            },
            10_000);

        var periods = (clock.Now - start) / (double)options.Period.Ticks;
        Assert.InRange(admitted, limiter.Policy.Quota, limiter.Policy.Quota + (options.Permits * Math.Ceiling(periods)));
    }

    [Fact]
    public void Threads_that_race_for_keys_get_each_keys_limit_exactly_while_idle_keys_come_and_go()
    {
        var clock = new SetClock();
        var limiter = new PartitionedLimiter(Options(LimitAlgorithm.FixedWindow) with { MaximumKeys = 64 }, clock);
        var spent = Limiter.Create(new RateLimitOptions { Permits = 1, Burst = 1 }, clock);
        Assert.True(spent.TryAcquire(clock.Now).Admitted);

        // What a key gets it gives back at once, and is idle again.
        var passing = new RateLimits<string>(new LimitRule<string>(limiter, key => key), new LimitRule<string>(spent));
        var call = 0;
        var admitted = Race(
            () =>
            {
                var number = Interlocked.Increment(ref call);
                passing.TryAcquire($"passing {number}", clock.Now, 1, out _);
                return limiter.TryAcquire($"key {number % 10}", clock.Now).Admitted ? 1 : 0;
            },
            3_000);

        Assert.Equal(10 * 1_000, admitted);
        Assert.Equal(64, limiter.Count);
    }

    private static RateLimitOptions Options(LimitAlgorithm algorithm) => new()
    {
        Algorithm = algorithm,
        Permits = 1_000,
        Period = TimeSpan.FromSeconds(1),
        Burst = algorithm is LimitAlgorithm.TokenBucket or LimitAlgorithm.LeakyBucket or LimitAlgorithm.Gcra ? 1_000 : null,
    };

    private static long Race(Func<int> call, int calls)
    {
        var total = 0L;
        using var start = new Barrier(Threads);
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            start.SignalAndWait();
            var own = 0L;
            for (var index = 0; index < calls; index++)
            {
                own += call();
            }

            Interlocked.Add(ref total, own);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return total;
    }
}
