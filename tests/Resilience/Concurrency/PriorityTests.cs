using Portolan.Resilience.Concurrency;
using Portolan.Resilience.Shedding;
using Portolan.Resilience.Tests.RateLimiting;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Concurrency;

public sealed class PriorityTests
{
    private static readonly CallPriority[] Priorities = [CallPriority.Low, CallPriority.Normal, CallPriority.High, CallPriority.Critical];

    private readonly VirtualClock clock = new();

    [Fact]
    public async Task In_a_pipeline_calls_fill_no_more_than_the_share_of_their_priority()
    {
        var concurrency = new AdaptiveConcurrency("stock", clock: clock);
        var pipeline = Pipeline(concurrency, new PriorityShares());
        var end = new TaskCompletionSource<int>();
        var running = new List<Task<Outcome<int>>>();
        foreach (var (priority, places) in Priorities.Zip([10, 16, 19, 20]))
        {
            while (running.Count < places)
            {
                running.Add(Try(priority));
            }

            Assert.Equal(RejectionKind.LoadShed, (await Try(priority)).Rejection!.Kind);
            Assert.Equal(places, concurrency.InFlight);
        }

        end.SetResult(7);
        Assert.All(await Task.WhenAll(running), outcome => Assert.Equal(7, outcome.Value));
        Assert.Equal(0, concurrency.InFlight);

        Task<Outcome<int>> Try(CallPriority priority) =>
            pipeline.TryExecuteAsync(static (_, task) => new ValueTask<int>(task), end.Task, new CallOptions { Priority = priority }).AsTask();
    }

    [Fact]
    public async Task Without_shares_every_call_may_fill_the_limit()
    {
        var concurrency = new AdaptiveConcurrency("stock", clock: clock);
        var pipeline = Pipeline(concurrency, null);
        var end = new TaskCompletionSource<int>();
        var running = Enumerable.Range(0, 21).Select(_ =>
            pipeline.TryExecuteAsync(static (_, task) => new ValueTask<int>(task), end.Task, new CallOptions { Priority = CallPriority.Low }).AsTask()).ToList();
        end.SetResult(1);
        Assert.Equal(1, (await Task.WhenAll(running)).Count(outcome => !outcome.HasValue));
    }

    [Fact]
    public void Any_number_of_places_has_one_for_everybody_and_the_rest_in_order()
    {
        for (var places = 1; places <= 300; places++)
        {
            var filled = Priorities.Select(priority => Fill(places, new PriorityShares().Of(priority))).ToArray();
            var exact = new[] { 50, 80, 95, 100 }.Select(percent => Math.Max(1, places * percent / 100));
            Assert.Equal(exact, filled);
        }
    }

    [Fact]
    public async Task Threads_that_race_never_fill_more_than_their_share()
    {
        var concurrency = new AdaptiveConcurrency("stock", new() { MinimumLimit = 20, MaximumLimit = 20 }, clock);
        var (low, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var round = 0; round < 2_000; round++)
            {
                var entered = 0;
                while (entered < 4 && concurrency.TryEnter(0.5))
                {
                    entered++;
                    InterlockedMax(ref most, Interlocked.Increment(ref low));
                }

                for (; entered > 0; entered--)
                {
                    Interlocked.Decrement(ref low);
                    concurrency.Leave(0, thread, Verdict.Success);
                }
            }
        })));

        Assert.InRange(most, 1, 10);
        Assert.Equal(0, concurrency.InFlight);
    }

    [Fact]
    public void When_all_callers_give_up_the_limit_falls_all_the_same()
    {
        var concurrency = new AdaptiveConcurrency("stock", clock: clock);
        Calls(concurrency, 60, TimeSpan.FromMilliseconds(50), Verdict.Success);
        var before = concurrency.Limit;
        Calls(concurrency, 60, TimeSpan.FromMilliseconds(1), Verdict.Neutral);
        Assert.Equal(before, concurrency.Limit);
        Calls(concurrency, 60, TimeSpan.FromSeconds(1), Verdict.Neutral);
        Assert.InRange(concurrency.Limit, 3, before / 2);
        Assert.InRange(concurrency.Shortest.TotalMilliseconds, 48, 52);
    }

    [Fact]
    public void A_clock_that_was_set_back_under_running_calls_does_not_make_them_quick()
    {
        var set = new SetClock();
        var concurrency = new AdaptiveConcurrency("stock", new() { MeasureSamples = 10 }, set);
        for (var round = 0; round < 30; round++)
        {
            // Few come after it, so that a window would consist of those that seemed to take no time.
            var calls = round <= 5 ? 15 : 2;
            var started = set.Now;
            Assert.All(Enumerable.Range(0, calls), _ => Assert.True(concurrency.TryEnter()));
            set.Now += (round == 5 ? -3_600_000 : 50) * TimeSpan.TicksPerMillisecond;
            for (var call = 0; call < calls; call++)
            {
                concurrency.Leave(started, set.Now, Verdict.Success);
            }
        }

        Assert.InRange(concurrency.Shortest.TotalMilliseconds, 48, 52);
        Assert.True(concurrency.Limit >= 20);
    }

    [Fact]
    public void Shares_that_fall_are_refused() =>
        Assert.Throws<ArgumentException>(() => Pipeline(new AdaptiveConcurrency("stock", clock: clock), new PriorityShares { High = 0.1 }));

    private static int Fill(int places, double share)
    {
        var concurrency = new AdaptiveConcurrency("stock", new() { MinimumLimit = places, InitialLimit = places });
        while (concurrency.TryEnter(share))
        {
        }

        return concurrency.InFlight;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    private void Calls(AdaptiveConcurrency concurrency, int times, TimeSpan time, Verdict verdict)
    {
        for (var call = 0; call < times; call++)
        {
            Assert.True(concurrency.TryEnter());
            var started = clock.GetTimestamp();
            clock.Advance(time);
            concurrency.Leave(started, clock.GetTimestamp(), verdict);
        }
    }

    private ResiliencePipeline<int> Pipeline(AdaptiveConcurrency concurrency, PriorityShares? shares) =>
        new ResiliencePipelineBuilder<int>(new PipelineScope("inventory", clock, Random.Shared)).AddAdaptiveConcurrency(concurrency, shares).Build();
}
