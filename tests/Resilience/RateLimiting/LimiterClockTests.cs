using FsCheck;
using FsCheck.Fluent;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Resilience.Tests.RateLimiting;

/// <summary>Clocks that go backwards, count in other units or stand far away.</summary>
public sealed class LimiterClockTests
{
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(50).WithQuietOnSuccess(true);

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void A_call_that_read_the_clock_a_while_ago_gets_nothing_beyond_the_bound(LimitAlgorithm algorithm) => Prop.ForAll(LimitCases.Of(algorithm), example =>
    {
        var clock = new SetClock();
        var limiter = Limiter.Create(example.Options, clock);
        var start = clock.Now;
        var admitted = new List<(long Time, int Cost)>();
        var last = start;
        for (var index = 0; index < example.Steps.Length; index++)
        {
            clock.Now += example.Steps[index].Ticks;

            // Every second one by as much as a minute, though never to before the limiter began.
            var read = index % 2 == 0 ? clock.Now : Math.Max(start, clock.Now - (example.Steps[index].Cost * 30_000_000L));
            var isAdmitted = limiter.TryAcquire(read, example.Steps[index].Cost).Admitted;

            // It counts at a moment between reading the clock and asking: when the last one came that was admitted, or for
            // the log, which forgets for those it refuses too, the last one of all.
            last = isAdmitted || algorithm == LimitAlgorithm.SlidingLog ? Math.Max(last, read) : last;
            if (isAdmitted)
            {
                admitted.Add((last, example.Steps[index].Cost));
            }
        }

        LimitCases.AssertWithinBound(example.Options, admitted);
    }).Check(Runs);

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void A_clock_that_is_set_back_gives_nothing_away_and_locks_nobody_out(LimitAlgorithm algorithm)
    {
        var clock = new SetClock();
        var limiter = Limiter.Create(new RateLimitOptions { Algorithm = algorithm, Permits = 10, Period = TimeSpan.FromSeconds(1) }, clock);
        clock.Pass(TimeSpan.FromHours(2));
        TakeAll(limiter, clock);

        clock.Now -= TimeSpan.FromHours(1).Ticks;

        Assert.False(limiter.TryAcquire(clock.Now).Admitted);
        var whole = TimeSpan.FromSeconds(algorithm == LimitAlgorithm.TokenBucket ? 10 : 2);
        clock.Pass(whole);
        var limit = limiter.TryAcquire(clock.Now, 0).Limit;
        Assert.Equal(limit, TakeAll(limiter, clock));
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void A_clock_that_is_set_back_to_before_the_limiter_began_locks_nobody_out(LimitAlgorithm algorithm)
    {
        var clock = new SetClock();
        var limiter = Limiter.Create(new RateLimitOptions { Algorithm = algorithm, Permits = 10, Period = TimeSpan.FromSeconds(1) }, clock);
        TakeAll(limiter, clock);

        clock.Now -= TimeSpan.FromHours(20).Ticks;
        Assert.False(limiter.TryAcquire(clock.Now).Admitted);

        clock.Pass(TimeSpan.FromSeconds(10));
        Assert.True(limiter.TryAcquire(clock.Now).Admitted);
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void A_clock_that_leaps_to_the_end_of_time_and_back_does_no_harm(LimitAlgorithm algorithm)
    {
        var clock = new SetClock();
        var limiter = Limiter.Create(new RateLimitOptions { Algorithm = algorithm }, clock);
        Assert.True(limiter.TryAcquire(long.MaxValue).Admitted);
        Assert.InRange(TakeAll(limiter, clock), 0, limiter.Policy.Quota);
        clock.Pass(TimeSpan.FromSeconds(10));
        Assert.True(limiter.TryAcquire(clock.Now).Admitted);
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void The_wait_is_honest_on_clocks_of_any_frequency(LimitAlgorithm algorithm)
    {
        foreach (var frequency in new[] { 1_000L, 32_768L, 3_579_545L, 24_000_000L, 1_000_000_000L })
        {
            var clock = new SetClock(frequency);
            var limiter = Limiter.Create(new RateLimitOptions { Algorithm = algorithm, Permits = 3, Period = TimeSpan.FromSeconds(1) }, clock);
            for (var round = 0; round < 50; round++)
            {
                TakeAll(limiter, clock);
                var wait = limiter.TryAcquire(clock.Now).RetryAfter;
                Assert.True(wait > TimeSpan.Zero);
                clock.Pass(wait);
                Assert.True(limiter.TryAcquire(clock.Now).Admitted, $"{frequency} Hz, {wait}");
                clock.Now += (round * 7919L) % frequency;
            }
        }
    }

    [Theory]
    [InlineData(LimitAlgorithm.TokenBucket, 1, 1)]
    [InlineData(LimitAlgorithm.TokenBucket, 1, int.MaxValue)]
    [InlineData(LimitAlgorithm.LeakyBucket, int.MaxValue, int.MaxValue)]
    [InlineData(LimitAlgorithm.Gcra, int.MaxValue, 1)]
    [InlineData(LimitAlgorithm.FixedWindow, int.MaxValue, null)]
    [InlineData(LimitAlgorithm.SlidingCounter, RateLimitOptions.MaximumCounterPermits, null)]
    [InlineData(LimitAlgorithm.SlidingLog, RateLimitOptions.MaximumLogPermits, null)]
    public void The_largest_numbers_are_counted_like_others(LimitAlgorithm algorithm, int permits, int? burst)
    {
        foreach (var period in new[] { TimeSpan.FromSeconds(1), TimeSpan.FromDays(36_500), TimeSpan.MaxValue })
        {
            var clock = new SetClock(1_000_000_000);
            var limiter = Limiter.Create(new RateLimitOptions { Algorithm = algorithm, Permits = permits, Period = period, Burst = burst }, clock);
            var limit = (int)limiter.TryAcquire(clock.Now, 0).Limit;
            Assert.Equal(burst ?? permits, limit);

            Assert.True(limiter.TryAcquire(clock.Now, limit).Admitted);
            var refused = limiter.TryAcquire(clock.Now);

            Assert.Equal((false, 0L), (refused.Admitted, refused.Remaining));
            Assert.True(refused.RetryAfter > TimeSpan.Zero && refused.ResetAfter >= refused.RetryAfter, $"{refused}");
            clock.Pass(TimeSpan.FromSeconds(1));
            Assert.True(period > TimeSpan.FromDays(1) && permits < 1_000_000 ? !limiter.TryAcquire(clock.Now).Admitted : limiter.TryAcquire(clock.Now, 0).Limit == limit);
        }
    }

    [Fact]
    public void A_rate_that_does_not_divide_the_second_does_not_drift()
    {
        var clock = new SetClock(1_000_000_000);
        var limiter = Limiter.Create(new RateLimitOptions { Algorithm = LimitAlgorithm.Gcra, Permits = 3 }, clock);
        var admitted = 0;
        for (var millisecond = 0; millisecond < 300_000; millisecond++)
        {
            admitted += limiter.TryAcquire(clock.Now).Admitted ? 1 : 0;
            clock.Now += 1_000_000;
        }

        // Each comes up to a millisecond late here, and the schedule does not forget it; the clock's step decides how much.
        Assert.InRange(admitted, 895, 900);
    }

    private static int TakeAll(Limiter limiter, SetClock clock)
    {
        var taken = 0;
        while (limiter.TryAcquire(clock.Now).Admitted)
        {
            taken++;
        }

        return taken;
    }
}
