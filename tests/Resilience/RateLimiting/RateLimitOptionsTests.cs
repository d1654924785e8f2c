using Portolan.Resilience.RateLimiting;
using Portolan.Resilience.RateLimiting.Leasing;

namespace Portolan.Resilience.Tests.RateLimiting;

public sealed class RateLimitOptionsTests
{
    [Fact]
    public void The_default_is_a_token_bucket_of_ten_a_second_and_a_hundred_at_once()
    {
        var clock = new SetClock();
        var limiter = Limiter.Create(new RateLimitOptions(), clock);

        Assert.Equal(new LimitResult(true, 100, 0, TimeSpan.Zero, TimeSpan.FromSeconds(10)), limiter.TryAcquire(clock.Now, 100));
        Assert.Equal(new LimitResult(false, 100, 0, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)), limiter.TryAcquire(clock.Now));
        clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(new LimitResult(true, 100, 0, TimeSpan.Zero, TimeSpan.FromSeconds(10)), limiter.TryAcquire(clock.Now, 10));
    }

    [Theory]
    [InlineData(LimitAlgorithm.TokenBucket, 100)]
    [InlineData(LimitAlgorithm.LeakyBucket, 10)]
    [InlineData(LimitAlgorithm.Gcra, 1)]
    [InlineData(LimitAlgorithm.FixedWindow, 10)]
    public void The_burst_is_what_the_name_of_the_algorithm_makes_one_expect(LimitAlgorithm algorithm, int burst) =>
        Assert.Equal(burst, Limiter.Create(new RateLimitOptions { Algorithm = algorithm }, new SetClock()).TryAcquire(0, 0).Limit);

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var wrong = new RateLimitOptions { Name = "für", Permits = 0, Period = TimeSpan.Zero, Algorithm = LimitAlgorithm.FixedWindow, Burst = 5, MaximumKeys = 0 };

        Assert.Equal(5, wrong.Validate().Count);
        var error = Assert.Throws<ArgumentException>(() => Limiter.Create(wrong, new SetClock()));
        Assert.Contains("Permits of a FixedWindow is 0; give 1 to", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new PartitionedLimiter(wrong, new SetClock()));
    }

    [Theory]
    [InlineData(LimitAlgorithm.SlidingLog, RateLimitOptions.MaximumLogPermits)]
    [InlineData(LimitAlgorithm.SlidingCounter, RateLimitOptions.MaximumCounterPermits)]
    public void An_algorithm_takes_as_many_permits_as_it_can_count(LimitAlgorithm algorithm, int most)
    {
        Assert.Empty(new RateLimitOptions { Algorithm = algorithm, Permits = most }.Validate());
        Assert.Single(new RateLimitOptions { Algorithm = algorithm, Permits = most + 1 }.Validate());
    }

    [Fact]
    public void A_rate_that_no_clock_can_tell_apart_is_no_limit()
    {
        Assert.Empty(new RateLimitOptions { Permits = int.MaxValue, Period = TimeSpan.FromSeconds(1) }.Validate());
        Assert.Single(new RateLimitOptions { Permits = int.MaxValue, Period = TimeSpan.FromMilliseconds(1) }.Validate());
    }

    [Fact]
    public void A_shared_limit_is_checked_too() =>
        Assert.Equal(3, new SharedLimiterOptions { Permits = 5, Lease = 6, LocalShare = -1, LeaseTimeout = TimeSpan.Zero }.Validate().Count);
}
