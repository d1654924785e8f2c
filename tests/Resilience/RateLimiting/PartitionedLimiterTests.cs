using Portolan.Resilience.RateLimiting;

namespace Portolan.Resilience.Tests.RateLimiting;

public sealed class PartitionedLimiterTests
{
    private readonly SetClock clock = new();

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void Each_key_has_the_limit_for_itself(LimitAlgorithm algorithm)
    {
        var limiter = Create(algorithm, 10);
        Assert.True(limiter.TryAcquire("a", clock.Now, 5).Admitted);
        Assert.False(limiter.TryAcquire("a", clock.Now).Admitted);
        Assert.Equal(new LimitResult(true, 5, 0, TimeSpan.Zero, limiter.TryAcquire("a", clock.Now, 0).ResetAfter), limiter.TryAcquire("b", clock.Now, 5));
        Assert.Equal(TimeSpan.MaxValue, limiter.TryAcquire("c", clock.Now, 6).RetryAfter);
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.TryAcquire("c", clock.Now, -1));
    }

    [Fact]
    public void Who_has_no_key_shares_one_with_the_others_who_have_none()
    {
        var limiter = Create(LimitAlgorithm.FixedWindow, 10);
        Assert.True(limiter.TryAcquire(null, clock.Now, 5).Admitted);
        Assert.False(limiter.TryAcquire(null, clock.Now).Admitted);
    }

    [Fact]
    public void Only_asking_remembers_nobody()
    {
        var limiter = Create(LimitAlgorithm.TokenBucket, 10);
        Assert.Equal(5, limiter.TryAcquire("a", clock.Now, 0).Remaining);
        Assert.Equal(0, limiter.Count);
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void A_key_that_is_idle_leaves_before_one_in_use(LimitAlgorithm algorithm)
    {
        var limiter = Create(algorithm, 8);
        for (var key = 0; key < 4; key++)
        {
            limiter.TryAcquire($"idle {key}", clock.Now);
        }

        clock.Pass(TimeSpan.FromSeconds(2));
        for (var key = 0; key < 4; key++)
        {
            Assert.True(limiter.TryAcquire($"used {key}", clock.Now, 5).Admitted);
        }

        for (var key = 0; key < 4; key++)
        {
            Assert.True(limiter.TryAcquire($"new {key}", clock.Now, 5).Admitted);
        }

        Assert.Equal(8, limiter.Count);
        Assert.All(Enumerable.Range(0, 4), key => Assert.False(limiter.TryAcquire($"used {key}", clock.Now).Admitted));
        Assert.All(Enumerable.Range(0, 4), key => Assert.False(limiter.TryAcquire($"new {key}", clock.Now).Admitted));
    }

    [Fact]
    public void When_all_are_in_use_the_one_leaves_that_was_not_used_and_starts_anew_later()
    {
        var limiter = Create(LimitAlgorithm.FixedWindow, 4);
        for (var key = 0; key < 4; key++)
        {
            limiter.TryAcquire($"key {key}", clock.Now, 5);
        }

        // The first newcomer finds all of them used and forgets that they were; from then on use counts.
        limiter.TryAcquire("new 0", clock.Now, 5);
        var here = Enumerable.Range(0, 4).Where(key => !limiter.TryAcquire($"key {key}", clock.Now, 0).Admitted).ToList();
        Assert.Equal(3, here.Count);
        limiter.TryAcquire($"key {here[0]}", clock.Now);
        limiter.TryAcquire($"key {here[1]}", clock.Now);
        limiter.TryAcquire("new 0", clock.Now);

        limiter.TryAcquire("new 1", clock.Now, 5);

        Assert.False(limiter.TryAcquire($"key {here[0]}", clock.Now, 0).Admitted);
        Assert.False(limiter.TryAcquire($"key {here[1]}", clock.Now, 0).Admitted);
        Assert.True(limiter.TryAcquire($"key {here[2]}", clock.Now, 0).Admitted);
        Assert.Equal(4, limiter.Count);
    }

    [Fact]
    public void A_key_of_any_length_costs_the_memory_of_a_short_one_and_is_still_told_apart()
    {
        var limiter = Create(LimitAlgorithm.FixedWindow, 100);
        var before = GC.GetTotalMemory(true);
        for (var key = 0; key < 100; key++)
        {
            Assert.True(limiter.TryAcquire(new string('x', 200_000) + key, clock.Now, 5).Admitted);
        }

        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, 20_000_000);
        Assert.False(limiter.TryAcquire(new string('x', 200_000) + 99, clock.Now).Admitted);
    }

    // Every key comes once, ten of them a hundred times as often, and time goes on so that the others become idle.
    [Fact]
    public void A_million_keys_stay_within_the_memory_of_the_maximum_and_hot_keys_keep_their_limit()
    {
        const int Maximum = 10_000;
        var limiter = new PartitionedLimiter(new RateLimitOptions { Permits = 100, Period = TimeSpan.FromSeconds(10), Burst = 50, MaximumKeys = Maximum }, clock);
        var start = clock.Now;
        var admitted = new long[10];
        var before = GC.GetTotalMemory(true);
        for (var key = 0; key < 1_000_000; key++)
        {
            clock.Now += 1_000;
            limiter.TryAcquire($"passing {key}", clock.Now);
            if (key % 10 == 0)
            {
                var hot = key / 10 % 10;
                admitted[hot] += limiter.TryAcquire($"hot {hot}", clock.Now).Admitted ? 1 : 0;
            }
        }

        var grown = GC.GetTotalMemory(true) - before;
        Assert.Equal(Maximum, limiter.Count);
        // A million would be more than twice as much; other tests run meanwhile.
        Assert.InRange(grown, long.MinValue, 64_000_000);

        // A hundred seconds at ten a second and the burst.
        var seconds = (clock.Now - start) / TimeSpan.TicksPerSecond;
        Assert.All(admitted, count => Assert.InRange(count, (10 * seconds) + 49, (10 * seconds) + 50));
        GC.KeepAlive(limiter);
    }

    [Fact]
    public void A_key_that_is_known_costs_no_allocation()
    {
        var limiter = new PartitionedLimiter(new RateLimitOptions { Permits = 1_000_000 }, clock);
        limiter.TryAcquire("a", clock.Now);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1_000; call++)
        {
            limiter.TryAcquire("a", clock.Now);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private PartitionedLimiter Create(LimitAlgorithm algorithm, int keys) => new(
        new RateLimitOptions
        {
            Algorithm = algorithm,
            Permits = 5,
            Burst = algorithm is LimitAlgorithm.TokenBucket or LimitAlgorithm.LeakyBucket or LimitAlgorithm.Gcra ? 5 : null,
            MaximumKeys = keys,
        },
        clock);
}
