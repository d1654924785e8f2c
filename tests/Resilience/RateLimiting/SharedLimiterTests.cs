using Portolan.Resilience.RateLimiting;
using Portolan.Resilience.RateLimiting.Leasing;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.RateLimiting;

public sealed class SharedLimiterTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly VirtualClock clock = new();
    private readonly SharedLimiterOptions options = new() { Permits = 100, Lease = 10, LocalShare = 5 };

    [Fact]
    public void Replicas_together_get_the_limit_in_a_window_and_in_the_next_one_at_most_what_they_brought_along_more()
    {
        var source = new InMemoryPermitSource(clock);
        var replicas = Enumerable.Range(0, 4).Select(_ => new SharedLimiter(options, source, clock)).ToList();
        Assert.Equal(100, TakeAll(replicas));

        // Windows in which hardly anybody calls leave a lease in every hand, and not one for each window.
        for (var window = 0; window < 20; window++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.All(replicas, replica => Assert.True(replica.TryAcquire(clock.GetTimestamp()).Admitted));
        }

        for (var window = 0; window < 20; window++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.InRange(TakeAll(replicas), 100, 100 + (4 * 10));
        }
    }

    // A schedule drawn at random, of calls and of time in parts of a window, on three replicas.
    [Fact]
    public void No_window_has_more_than_the_limit_and_a_lease_for_each_replica()
    {
        var random = Random.Shared;
        for (var run = 0; run < 30; run++)
        {
            var source = new InMemoryPermitSource(clock);
            var replicas = Enumerable.Range(0, 3).Select(_ => new SharedLimiter(options with { Permits = 40, Lease = 8 }, source, clock)).ToList();
            var windows = new Dictionary<long, int>();
            for (var call = 0; call < 3_000; call++)
            {
                clock.Advance(TimeSpan.FromTicks(random.Next(4) == 0 ? random.Next(200_000) : 0));
                var cost = random.Next(1, 4);
                var window = clock.GetUtcNow().Ticks / TimeSpan.TicksPerSecond;
                windows[window] = windows.GetValueOrDefault(window) + (replicas[random.Next(3)].TryAcquire(clock.GetTimestamp(), cost).Admitted ? cost : 0);
            }

            Assert.All(windows.Values, admitted => Assert.InRange(admitted, 0, 40 + (3 * 8)));
        }
    }

    [Fact]
    public async Task The_first_call_waits_for_the_lease_and_the_others_take_from_it()
    {
        var source = new SlowSource();
        var limiter = new SharedLimiter(options, source, clock);
        Assert.Equal(options.LeaseTimeout, limiter.TryAcquire(clock.GetTimestamp()).RetryAfter);

        var waiting = limiter.AcquireAsync(1, Token);
        Assert.False(waiting.IsCompleted);
        source.Answer(new PermitGrant(10, TimeSpan.FromSeconds(1)));

        Assert.True((await waiting).IsAcquired);
        for (var call = 0; call < 3; call++)
        {
            Assert.True(limiter.TryAcquire(clock.GetTimestamp()).Admitted);
        }

        Assert.Equal(1, source.Asked);
        Assert.True(limiter.TryAcquire(clock.GetTimestamp()).Admitted);
        Assert.Equal((2, 5), (source.Asked, source.Wanted));
    }

    [Fact]
    public void A_source_that_has_no_more_is_left_alone_until_its_next_window()
    {
        var source = new SlowSource { Grant = new PermitGrant(3, TimeSpan.FromMilliseconds(400)) };
        var limiter = new SharedLimiter(options, source, clock);
        Assert.Equal(3, TakeAll([limiter]));

        Assert.Equal(TimeSpan.FromMilliseconds(400), limiter.TryAcquire(clock.GetTimestamp()).RetryAfter);
        Assert.Equal(1, source.Asked);

        clock.Advance(TimeSpan.FromMilliseconds(400));
        Assert.True(limiter.TryAcquire(clock.GetTimestamp()).Admitted);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Without_its_source_a_replica_has_its_local_share_in_each_period(int share)
    {
        var limiter = new SharedLimiter(options with { LocalShare = share }, new SlowSource { Broken = true }, clock);
        for (var period = 0; period < 5; period++)
        {
            Assert.Equal(share, TakeAll([limiter]));
            clock.Advance(TimeSpan.FromMilliseconds(999));
            Assert.Equal(0, TakeAll([limiter]));
            clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    [Fact]
    public void A_source_that_comes_back_is_asked_again()
    {
        var source = new SlowSource { Broken = true };
        var limiter = new SharedLimiter(options with { LocalShare = 0 }, source, clock);
        Assert.Equal(0, TakeAll([limiter]));
        Assert.Equal(1, source.Asked);

        source.Broken = false;
        source.Grant = new PermitGrant(7, TimeSpan.FromSeconds(1));
        Assert.Equal(0, TakeAll([limiter]));
        clock.Advance(options.RetryDelay);
        Assert.Equal(7, TakeAll([limiter]));
    }

    [Fact]
    public async Task A_source_that_does_not_answer_in_time_counts_as_gone()
    {
        var limiter = new SharedLimiter(options, new SlowSource(), clock);
        var waiting = limiter.AcquireAsync(1, Token);

        clock.Advance(options.LeaseTimeout);

        Assert.True((await waiting).IsAcquired);
        Assert.Equal(4, TakeAll([limiter]));
    }

    [Fact]
    public async Task Disposed_while_somebody_waits_it_refuses_and_asks_no_more()
    {
        var source = new SlowSource();
        var limiter = new SharedLimiter(options, source, clock);
        var waiting = limiter.AcquireAsync(1, Token);

        limiter.Dispose();

        Assert.False((await waiting).IsAcquired);
        Assert.False(limiter.TryAcquire(clock.GetTimestamp()).Admitted);
        Assert.Equal(1, source.Asked);
    }

    [Fact]
    public void A_source_that_gives_more_than_was_wanted_or_less_than_nothing_is_not_believed()
    {
        Assert.Equal(10, TakeOnce(int.MaxValue));
        Assert.Equal(0, TakeOnce(int.MinValue));

        int TakeOnce(int granted)
        {
            var source = new SlowSource { Grant = new PermitGrant(granted, TimeSpan.FromSeconds(1)) };
            var limiter = new SharedLimiter(options, source, clock);
            var taken = 0;
            while (source.Asked < 2 && limiter.TryAcquire(clock.GetTimestamp(), 5).Admitted)
            {
                taken += 5;
                source.Grant = new PermitGrant(0, TimeSpan.FromSeconds(1));
            }

            return taken;
        }
    }

    [Fact]
    public void Many_threads_take_no_more_than_the_source_gave()
    {
        var limiter = new SharedLimiter(options with { Permits = 5_000 }, new InMemoryPermitSource(clock), clock);
        var admitted = 0;
        Parallel.For(0, 20_000, _ =>
        {
            if (limiter.TryAcquire(clock.GetTimestamp()).Admitted)
            {
                Interlocked.Increment(ref admitted);
            }
        });

        // Who finds a request for more under way is refused, so there may be something left.
        admitted += TakeAll([limiter]);
        Assert.Equal(5_000, admitted);
    }

    [Fact]
    public void What_is_in_hand_costs_no_allocation()
    {
        var limiter = new SharedLimiter(options with { Permits = 10_000, Lease = 10_000 }, new InMemoryPermitSource(clock), clock);
        limiter.TryAcquire(clock.GetTimestamp());

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1_000; call++)
        {
            limiter.TryAcquire(clock.GetTimestamp());
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private int TakeAll(List<SharedLimiter> replicas)
    {
        var taken = 0;
        for (var refused = 0; refused < replicas.Count;)
        {
            refused = 0;
            foreach (var replica in replicas)
            {
                var admitted = replica.TryAcquire(clock.GetTimestamp()).Admitted;
                taken += admitted ? 1 : 0;
                refused += admitted ? 0 : 1;
            }
        }

        return taken;
    }

    private sealed class SlowSource : PermitSource
    {
        private TaskCompletionSource<PermitGrant>? pending;

        public PermitGrant? Grant { get; set; }

        public bool Broken { get; set; }

        public int Asked { get; private set; }

        public int Wanted { get; private set; }

        public override ValueTask<PermitGrant> LeaseAsync(PermitRequest request, CancellationToken cancellationToken)
        {
            Asked++;
            Wanted = request.Wanted;
            if (Broken)
            {
                throw new IOException("The database is away.");
            }

            if (Grant is { } grant)
            {
                return new(grant);
            }

            pending = new TaskCompletionSource<PermitGrant>(TaskCreationOptions.RunContinuationsAsynchronously);
            return new(pending.Task);
        }

        public void Answer(PermitGrant grant) => pending!.SetResult(grant);
    }
}
