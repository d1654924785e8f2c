using System.Threading.RateLimiting;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Resilience.Tests.RateLimiting;

/// <summary>A limiter through the eyes of somebody who knows only the framework's base type.</summary>
public sealed class FrameworkContractTests
{
    private readonly SetClock clock = new();

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public async Task A_lease_is_acquired_while_there_are_permits_and_says_the_true_wait_when_there_are_none(LimitAlgorithm algorithm)
    {
        using var limiter = Create(algorithm);
        clock.Pass(TimeSpan.FromMilliseconds(250));
        var granted = limiter.AttemptAcquire(10);
        Assert.True(granted.IsAcquired);
        Assert.False(granted.TryGetMetadata(MetadataName.RetryAfter, out _));

        var refused = await limiter.AcquireAsync(1, TestContext.Current.CancellationToken);
        Assert.False(refused.IsAcquired);
        Assert.Contains(MetadataName.RetryAfter.Name, refused.MetadataNames);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var wait));

        // Not the whole window, of which a quarter has gone when it is taken (dotnet/runtime 92557).
        Assert.InRange(wait, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(algorithm == LimitAlgorithm.SlidingCounter ? 0.85 : 1));
        Assert.True(algorithm != LimitAlgorithm.FixedWindow || wait == TimeSpan.FromMilliseconds(750));
        clock.Pass(wait - TimeSpan.FromTicks(1));
        Assert.False(limiter.AttemptAcquire().IsAcquired);
        clock.Pass(TimeSpan.FromTicks(1));
        Assert.True(limiter.AttemptAcquire().IsAcquired);
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public async Task Zero_permits_ask_whether_there_is_one_and_take_none(LimitAlgorithm algorithm)
    {
        using var limiter = Create(algorithm);
        Assert.True(limiter.AttemptAcquire(0).IsAcquired);
        Assert.Equal(10, limiter.GetStatistics()!.CurrentAvailablePermits);

        limiter.AttemptAcquire(10);

        Assert.False(limiter.AttemptAcquire(0).IsAcquired);
        Assert.False((await limiter.AcquireAsync(0, TestContext.Current.CancellationToken)).IsAcquired);
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public async Task More_than_the_limit_and_less_than_none_are_out_of_range(LimitAlgorithm algorithm)
    {
        using var limiter = Create(algorithm);
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.AttemptAcquire(11));
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.AttemptAcquire(int.MaxValue));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await limiter.AcquireAsync(11));
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.AttemptAcquire(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.TryAcquire(clock.Now, -1));
        Assert.Equal(10, limiter.GetStatistics()!.CurrentAvailablePermits);
    }

    [Fact]
    public void On_the_allocation_free_path_more_than_the_limit_is_a_refusal_for_ever()
    {
        var result = Create(LimitAlgorithm.TokenBucket).TryAcquire(clock.Now, 11);
        Assert.Equal(new LimitResult(false, 10, 10, TimeSpan.MaxValue, TimeSpan.Zero), result);
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void Statistics_count_leases(LimitAlgorithm algorithm)
    {
        using var limiter = Create(algorithm);
        limiter.AttemptAcquire(4);
        limiter.AttemptAcquire(6);
        limiter.AttemptAcquire();

        var statistics = limiter.GetStatistics()!;

        Assert.Equal((0, 0, 2, 1), (statistics.CurrentAvailablePermits, statistics.CurrentQueuedCount, statistics.TotalSuccessfulLeases, statistics.TotalFailedLeases));
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void A_limiter_is_idle_from_when_everything_is_there(LimitAlgorithm algorithm)
    {
        using var limiter = Create(algorithm);
        clock.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(5), limiter.IdleDuration);

        limiter.AttemptAcquire();
        Assert.Null(limiter.IdleDuration);

        var whole = limiter.TryAcquire(clock.Now, 0).ResetAfter;
        clock.Pass(whole);
        Assert.Equal(TimeSpan.Zero, limiter.IdleDuration);
        clock.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), limiter.IdleDuration);
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public async Task A_disposed_limiter_gives_no_leases(LimitAlgorithm algorithm)
    {
        var limiter = Create(algorithm);
        await limiter.DisposeAsync();
        limiter.Dispose();

        Assert.Throws<ObjectDisposedException>(() => limiter.AttemptAcquire());
        Assert.Throws<ObjectDisposedException>(() => limiter.AttemptAcquire(0));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await limiter.AcquireAsync());
        Assert.Throws<ObjectDisposedException>(() => limiter.GetStatistics());
    }

    [Fact]
    public async Task A_cancelled_wait_is_cancelled()
    {
        using var limiter = Create(LimitAlgorithm.TokenBucket);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await limiter.AcquireAsync(1, new CancellationToken(true)));
    }

    [Theory]
    [MemberData(nameof(LimitCases.All), MemberType = typeof(LimitCases))]
    public void Neither_path_allocates_while_it_admits(LimitAlgorithm algorithm)
    {
        var limiter = Create(algorithm, 60_000);
        limiter.TryAcquire(clock.Now, 20_000);
        limiter.AttemptAcquire();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1_000; call++)
        {
            limiter.TryAcquire(clock.Now);
            limiter.AttemptAcquire();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_chain_of_the_frameworks_own_can_hold_it()
    {
        using var chained = RateLimiter.CreateChained(Create(LimitAlgorithm.FixedWindow), Create(LimitAlgorithm.Gcra));
        Assert.True(chained.AttemptAcquire(10).IsAcquired);
        Assert.False(chained.AttemptAcquire().IsAcquired);
    }

    private Limiter Create(LimitAlgorithm algorithm, int permits = 10) => Limiter.Create(
        new RateLimitOptions
        {
            Algorithm = algorithm,
            Permits = permits,
            Burst = algorithm is LimitAlgorithm.TokenBucket or LimitAlgorithm.LeakyBucket or LimitAlgorithm.Gcra ? permits : null,
        },
        clock);
}
