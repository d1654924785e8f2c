using Portolan.Resilience.Concurrency;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Concurrency;

public sealed class AdaptiveConcurrencyTests
{
    private readonly VirtualClock clock = new();

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(400)]
    public void Under_load_the_limit_settles_a_little_above_what_the_server_can_do_at_once(int capacity)
    {
        var server = new SimulatedServer(clock, Limiter(), capacity, TimeSpan.FromMilliseconds(50));
        server.Run(TimeSpan.FromSeconds(20));
        var limits = server.Run(TimeSpan.FromSeconds(30));

        // At rest the gradient, 1.25 * capacity / limit, is 1 - 1 / sqrt(limit).
        Assert.InRange(limits.Average(), capacity, 1.9 * capacity);
        Assert.True(server.Refused > 0);
        Assert.InRange(server.Done.TotalMilliseconds, 49, 110);
    }

    [Fact]
    public void It_backs_off_when_latency_doubles_and_learns_in_time_that_it_stays_so()
    {
        var limiter = Limiter();
        var server = new SimulatedServer(clock, limiter, 20, TimeSpan.FromMilliseconds(50));
        var before = server.Run(TimeSpan.FromSeconds(20))[^1];

        server.ServiceTime = TimeSpan.FromMilliseconds(100);
        var after = server.Run(TimeSpan.FromSeconds(10))[^1];
        Assert.InRange(after, 3, before / 2);

        server.Run(TimeSpan.FromSeconds(70));
        Assert.InRange(limiter.Shortest.TotalMilliseconds, 95, 130);
        Assert.InRange(server.Run(TimeSpan.FromSeconds(20)).Average(), 18, 40);
    }

    [Fact]
    public void The_shortest_latency_is_measured_with_half_the_limit_and_not_taken_from_what_waits()
    {
        var limiter = Limiter();
        var server = new SimulatedServer(clock, limiter, 20, TimeSpan.FromMilliseconds(50));
        server.Run(TimeSpan.FromSeconds(50));
        var limits = server.Run(TimeSpan.FromSeconds(150));

        Assert.InRange(limiter.Shortest.TotalMilliseconds, 48, 56);
        Assert.True(limits.Min() >= 10);
    }

    [Fact]
    public void It_keeps_to_its_bounds_however_calls_go()
    {
        var random = new Sequence(42);
        var limiter = new AdaptiveConcurrency("x", new() { MinimumLimit = 5, InitialLimit = 10, MaximumLimit = 30 }, clock, random);
        for (var step = 0; step < 20_000; step++)
        {
            var entered = 0;
            while (entered < 100 && limiter.TryEnter())
            {
                entered++;
            }

            Assert.Equal(limiter.Limit, entered);
            Assert.InRange(limiter.Limit, 5, 30);
            var started = clock.GetTimestamp();
            clock.Advance(TimeSpan.FromMilliseconds(random.Next(0, 300)));
            for (; entered > 0; entered--)
            {
                limiter.Leave(started, clock.GetTimestamp(), (Verdict)random.Next(0, 5));
            }
        }

        Assert.Equal(0, limiter.InFlight);
    }

    [Fact]
    public void A_limit_that_is_not_used_does_not_grow()
    {
        var limiter = Limiter();
        for (var call = 0; call < 2_000; call++)
        {
            Assert.True(limiter.TryEnter());
            var started = clock.GetTimestamp();
            clock.Advance(TimeSpan.FromMilliseconds(10));
            limiter.Leave(started, clock.GetTimestamp(), Verdict.Success);
        }

        Assert.Equal(20, limiter.Limit);
    }

    [Fact]
    public void Fast_failures_do_not_pass_for_a_fast_server()
    {
        var limiter = Limiter();
        Calls(limiter, 60, 50, Verdict.Success);
        Assert.InRange(limiter.Shortest.TotalMilliseconds, 48, 52);
        Calls(limiter, 200, 1, Verdict.Failure);
        Assert.InRange(limiter.Shortest.TotalMilliseconds, 48, 52);
        Calls(limiter, 200, 500, Verdict.Failure);
        Assert.True(limiter.Limit < 20);
    }

    [Fact]
    public void A_clock_that_goes_back_does_not_stop_it()
    {
        var turning = new Turning { Now = long.MaxValue / 2 };
        var limiter = new AdaptiveConcurrency("x", clock: turning);
        for (var call = 0; call < 5_000; call++)
        {
            turning.Now = call == 1_000 ? 1_000 : turning.Now;
            Assert.True(limiter.TryEnter());
            var started = turning.Now;
            turning.Now += TimeSpan.TicksPerMillisecond * (call < 1_000 ? 50 : 10);
            limiter.Leave(started, turning.Now, Verdict.Success);
        }

        Assert.InRange(limiter.Shortest.TotalMilliseconds, 9, 11);
        limiter.TryEnter();
        limiter.Leave(long.MaxValue, long.MinValue, Verdict.Success);
        Assert.Equal(0, limiter.InFlight);
    }

    [Fact]
    public async Task Many_threads_never_run_more_than_the_highest_limit_and_leave_none_behind()
    {
        var limiter = new AdaptiveConcurrency("x", new() { InitialLimit = 4, MaximumLimit = 4 });
        var now = 0;
        var highest = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var run = 0; run < 20_000; run++)
            {
                if (limiter.TryEnter())
                {
                    highest = Math.Max(highest, Interlocked.Increment(ref now));
                    Interlocked.Decrement(ref now);
                    limiter.Leave(run, run + 1_000_000, Verdict.Success);
                }
            }
        })));

        Assert.InRange(highest, 1, 4);
        Assert.Equal(0, limiter.InFlight);
        Assert.InRange(limiter.Limit, 3, 4);
    }

    [Fact]
    public async Task A_call_over_the_limit_is_refused_and_one_that_ends_makes_room()
    {
        var limiter = new AdaptiveConcurrency("stock", new() { InitialLimit = 3 }, clock);
        var pipeline = new ResiliencePipelineBuilder<int>(new PipelineScope("inventory", clock, Random.Shared)).AddAdaptiveConcurrency(limiter).Build();
        var end = new TaskCompletionSource<int>();
        var running = Enumerable.Range(0, 3).Select(_ => Try(end.Task)).ToList();

        Assert.Equal((3, 1.0), (limiter.InFlight, limiter.Utilisation));
        Assert.Equal(RejectionKind.LoadShed, (await Try(Task.FromResult(1))).Rejection!.Kind);
        end.SetResult(7);
        await Task.WhenAll(running);
        Assert.Equal(1, (await Try(Task.FromResult(1))).Value);
        Assert.Equal(0, limiter.InFlight);
        Assert.Equal("inventory: adaptive concurrency 3 to 1000 -> call", pipeline.ToString());

        Task<Outcome<int>> Try(Task<int> task) => pipeline.TryExecuteAsync(static (_, task) => new ValueTask<int>(task), task).AsTask();
    }

    [Fact]
    public void Passing_it_allocates_nothing()
    {
        var pipeline = new ResiliencePipelineBuilder<int>("inventory").AddAdaptiveConcurrency().Build();
        Assert.InRange(Allocated.By(() =>
        {
            for (var run = 0; run < 1_000; run++)
            {
                var pending = pipeline.ExecuteAsync(static (_, state) => ValueTask.FromResult(state), 1);
                Assert.True(pending.IsCompletedSuccessfully);
            }
        }), 0, 500);
    }

    [Fact]
    public void Options_that_contradict_each_other_are_named() =>
        Assert.Contains("InitialLimit is 20; give 30 to 1000.", Assert.Throws<ArgumentException>(() => new AdaptiveConcurrency("x", new() { MinimumLimit = 30 })).Message, StringComparison.Ordinal);

    private void Calls(AdaptiveConcurrency limiter, int times, int milliseconds, Verdict verdict)
    {
        for (var call = 0; call < times; call++)
        {
            Assert.True(limiter.TryEnter());
            var started = clock.GetTimestamp();
            clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
            limiter.Leave(started, clock.GetTimestamp(), verdict);
        }
    }

    private AdaptiveConcurrency Limiter() => new("stock", clock: clock, random: new Sequence(1));

    private sealed class Turning : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
