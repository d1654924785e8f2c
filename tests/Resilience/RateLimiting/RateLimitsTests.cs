using System.Threading.RateLimiting;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Resilience.Tests.RateLimiting;

public sealed class RateLimitsTests
{
    private readonly SetClock clock = new();

    [Fact]
    public void The_tightest_of_several_limits_answers()
    {
        var limits = new RateLimits<string>(Rule(LimitAlgorithm.FixedWindow, 10, "minute", 60), Rule(LimitAlgorithm.FixedWindow, 3, "second", 1));

        Assert.Equal(2, limits.TryAcquire("a", clock.Now, 1, out var policy).Remaining);
        Assert.Equal("second", policy.Name);
        limits.TryAcquire("a", clock.Now, 2, out _);
        Assert.Equal(TimeSpan.FromSeconds(1), limits.TryAcquire("a", clock.Now, 1, out _).RetryAfter);

        for (var second = 0; second < 7; second++)
        {
            clock.Pass(TimeSpan.FromSeconds(1));
            Assert.True(limits.TryAcquire("a", clock.Now, 1, out _).Admitted);
        }

        // Now both refuse, and of two waits the longer one is the true one.
        clock.Pass(TimeSpan.FromSeconds(1));
        var refused = limits.TryAcquire("a", clock.Now, 4, out policy);
        Assert.Equal(("second", TimeSpan.MaxValue), (policy.Name, refused.RetryAfter));
        refused = limits.TryAcquire("a", clock.Now, 3, out policy);
        Assert.Equal(("minute", TimeSpan.FromSeconds(52)), (policy.Name, refused.RetryAfter));
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void A_call_that_one_limit_refuses_is_charged_to_none(LimitAlgorithm algorithm)
    {
        var first = Limiter.Create(Options(algorithm, 10, "first", 1), clock);
        var keyed = new PartitionedLimiter(Options(algorithm, 10, "keyed", 1), clock);
        var last = Limiter.Create(Options(algorithm, 5, "last", 1), clock);
        var limits = new RateLimits<string>(new LimitRule<string>(first), new LimitRule<string>(keyed, key => key), new LimitRule<string>(last));
        Assert.True(limits.TryAcquire("a", clock.Now, 5, out _).Admitted);

        for (var attempt = 0; attempt < 20; attempt++)
        {
            Assert.False(limits.TryAcquire("a", clock.Now, 2, out var policy).Admitted);
            Assert.Equal("last", policy.Name);
        }

        Assert.Equal(5, first.TryAcquire(clock.Now, 0).Remaining);
        Assert.Equal(5, keyed.TryAcquire("a", clock.Now, 0).Remaining);
        Assert.True(first.TryAcquire(clock.Now, 5).Admitted);
        Assert.False(first.TryAcquire(clock.Now).Admitted);
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void What_comes_back_leaves_what_others_took_meanwhile(LimitAlgorithm algorithm)
    {
        var shared = Limiter.Create(Options(algorithm, 10, "shared", 1), clock);
        var spent = Limiter.Create(Options(LimitAlgorithm.FixedWindow, 1, "spent", 3600), clock);
        spent.TryAcquire(clock.Now);

        // The cost of asking the second rule: somebody else takes three just then.
        var limits = new RateLimits<string>(new LimitRule<string>(shared), new LimitRule<string>(new PartitionedLimiter(Options(algorithm, 10, "keyed", 1), clock), key =>
        {
            shared.TryAcquire(clock.Now, key == "a" ? 3 : 0);
            return "b";
        }), new LimitRule<string>(spent));

        Assert.False(limits.TryAcquire("a", clock.Now, 2, out _).Admitted);

        // The key is looked up to take and to give back, so twice.
        Assert.Equal(4, shared.TryAcquire(clock.Now, 0).Remaining);
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void What_comes_back_when_it_counts_no_more_is_no_gift(LimitAlgorithm algorithm)
    {
        var shared = Limiter.Create(Options(algorithm, 10, "shared", 1), clock);
        var spent = Limiter.Create(Options(LimitAlgorithm.FixedWindow, 1, "spent", 3600), clock);
        spent.TryAcquire(clock.Now);

        // The thread sleeps for two seconds between the rules, and others take everything that has come meanwhile.
        var sleeps = true;
        var limits = new RateLimits<string>(new LimitRule<string>(shared), new LimitRule<string>(new PartitionedLimiter(Options(algorithm, 10, "keyed", 1), clock), key =>
        {
            clock.Pass(TimeSpan.FromSeconds(sleeps ? 2 : 0));
            Assert.True(!sleeps || shared.TryAcquire(clock.Now, 10).Admitted);
            sleeps = false;
            return key;
        }), new LimitRule<string>(spent));

        Assert.False(limits.TryAcquire("a", clock.Now, 5, out _).Admitted);

        Assert.Equal(0, shared.TryAcquire(clock.Now, 0).Remaining);
    }

    [Fact]
    public async Task Through_the_frameworks_type_it_is_a_partitioned_limiter()
    {
        using PartitionedRateLimiter<string> limits = new RateLimits<string>(Rule(LimitAlgorithm.FixedWindow, 2, "each", 1));

        Assert.True(limits.AttemptAcquire("a", 2).IsAcquired);
        Assert.True((await limits.AcquireAsync("b", 2, TestContext.Current.CancellationToken)).IsAcquired);
        using var refused = await limits.AcquireAsync("a", 1, TestContext.Current.CancellationToken);
        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);
        Assert.False(limits.AttemptAcquire("a", 0).IsAcquired);
        Assert.Throws<ArgumentOutOfRangeException>(() => limits.AttemptAcquire("a", 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => limits.AttemptAcquire("a", -1));
        var statistics = limits.GetStatistics("c")!;
        Assert.Equal((2L, 2L, 2L), (statistics.CurrentAvailablePermits, statistics.TotalSuccessfulLeases, statistics.TotalFailedLeases));

        limits.Dispose();
        Assert.Throws<ObjectDisposedException>(() => limits.AttemptAcquire("a"));
    }

    [Fact]
    public void No_limit_at_all_and_limits_on_two_clocks_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new RateLimits<string>([]));
        var other = new LimitRule<string>(Limiter.Create(new RateLimitOptions(), new SetClock()));
        Assert.Throws<ArgumentException>(() => new RateLimits<string>(Rule(LimitAlgorithm.Gcra, 1, "one", 1), other));
    }

    private LimitRule<string> Rule(LimitAlgorithm algorithm, int permits, string name, int seconds) =>
        new(new PartitionedLimiter(Options(algorithm, permits, name, seconds), clock), key => key);

    private static RateLimitOptions Options(LimitAlgorithm algorithm, int permits, string name, int seconds) => new()
    {
        Name = name,
        Algorithm = algorithm,
        Permits = permits,
        Period = TimeSpan.FromSeconds(seconds),
        Burst = algorithm is LimitAlgorithm.TokenBucket or LimitAlgorithm.LeakyBucket or LimitAlgorithm.Gcra ? permits : null,
    };
}
