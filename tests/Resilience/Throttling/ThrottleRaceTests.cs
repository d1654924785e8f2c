using Portolan.Resilience.RateLimiting;
using Portolan.Resilience.Throttling;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Throttling;

public sealed class ThrottleRaceTests
{
    [Fact]
    public async Task Every_call_ends_exactly_once_while_threads_come_cancel_and_let_time_pass()
    {
        var clock = new VirtualClock();
        using var throttle = new Throttle(
            new ThrottleOptions { QueueLimit = 50, MaximumWait = TimeSpan.FromMilliseconds(200) },
            Limiter.Create(new RateLimitOptions { Permits = 1_000, Burst = 10 }, clock));
        var pipeline = new ResiliencePipelineBuilder<int>(new PipelineScope("race", clock, Random.Shared)).AddThrottle(throttle).Build();
        var served = 0;
        var calls = Enumerable.Range(0, 4).Select(thread => Task.Run(async () =>
        {
            var own = new List<Task<Outcome<int>>>();
            for (var call = 0; call < 500; call++)
            {
                using var cancel = new CancellationTokenSource();
                own.Add(pipeline.TryExecuteAsync((_, _) => ValueTask.FromResult(Interlocked.Increment(ref served)), 0, new CallOptions { Priority = (CallPriority)((call % 4) - 1) }, cancel.Token).AsTask());
                if (call % 7 == thread)
                {
                    await cancel.CancelAsync();
                }
            }

            return await Task.WhenAll(own);
        })).ToList();

        while (!calls.TrueForAll(call => call.IsCompleted))
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        var outcomes = (await Task.WhenAll(calls)).SelectMany(own => own).ToList();
        Assert.Equal(2_000, outcomes.Count);
        Assert.Equal(served, outcomes.Count(outcome => outcome.HasValue));
        Assert.Equal(0, throttle.Waiting);
    }

    [Fact]
    public void While_nothing_waits_a_call_allocates_nothing()
    {
        using var throttle = new Throttle(new ThrottleOptions(), Limiter.Create(new RateLimitOptions { Permits = 1_000_000 }));
        var pipeline = new ResiliencePipelineBuilder<int>("bare").AddThrottle(throttle).Build();
        Run(100);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(1_000);

        // Not nothing to the byte: the thread may move to another processor and find no call to reuse there.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000);

        void Run(int calls)
        {
            for (var call = 0; call < calls; call++)
            {
                var pending = pipeline.TryExecuteAsync(static (_, state) => ValueTask.FromResult(state), 1);
                Assert.True(pending.IsCompletedSuccessfully);
            }
        }
    }
}
