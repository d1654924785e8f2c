using Portolan.Resilience.Retry;
using Portolan.Resilience.Hedging;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Hedging;

public sealed class HedgingDelayTests
{
    private readonly VirtualClock clock = new();
    private readonly HedgedServer server = new();

    [Fact]
    public async Task After_fifty_calls_the_delay_is_what_nearly_all_of_them_took()
    {
        var pipeline = Pipeline(new());
        for (var call = 1; call <= 50; call++)
        {
            await AnswerAfterAsync(pipeline, TimeSpan.FromMilliseconds(call <= 47 ? 10 : 100));
        }

        // p95 of these is 100 ms, give or take what a histogram may be off.
        var pending = server.Call(pipeline);
        var slow = server.Take();
        clock.Advance(TimeSpan.FromMilliseconds(94));
        Assert.Equal(51, server.Started);
        clock.Advance(TimeSpan.FromMilliseconds(12));
        server.Take().Succeed("second");
        Assert.Equal("second", (await pending).Value!.Text);
        slow.Fail();
    }

    [Fact]
    public async Task Cancelled_attempts_count_with_what_they_took_or_ever_more_would_be_hedged()
    {
        var pipeline = Pipeline(new() { MinimumSamples = 1, Delay = TimeSpan.FromSeconds(1), Percentile = 1 });
        for (var call = 0; call < 20; call++)
        {
            // The first always hangs and the second always answers at once.
            var pending = server.Call(pipeline);
            var slow = server.Take();
            clock.Advance(TimeSpan.FromSeconds(3));
            server.Take().Succeed("second");
            await pending;
            slow.Fail();
            Assert.Equal(2 * (call + 1), server.Started);
        }

        var last = server.Call(pipeline);
        var hanging = server.Take();
        clock.Advance(TimeSpan.FromMilliseconds(2_900));
        Assert.Equal(41, server.Started);
        hanging.Succeed("in time");
        await last;
    }

    [Fact]
    public async Task The_longest_delay_there_is_never_passes()
    {
        var pending = server.Call(Pipeline(new() { Delay = TimeSpan.MaxValue }));
        var slow = server.Take();
        clock.Advance(TimeSpan.FromDays(365));
        slow.Succeed("at last");
        Assert.Equal("at last", (await pending).Value!.Text);
        Assert.Equal(1, server.Started);
    }

    [Fact]
    public void A_first_attempt_that_answers_at_once_allocates_nothing()
    {
        var pipeline = new ResiliencePipelineBuilder<int>("inventory").AddHedging().Build();
        using var caller = new CancellationTokenSource();
        Assert.InRange(Allocated.By(() => Run(1_000)), 0, 1_000);

        void Run(int times)
        {
            for (var run = 0; run < times; run++)
            {
                var pending = pipeline.ExecuteAsync(static (_, state) => ValueTask.FromResult(state), 1, default, caller.Token);
                Assert.True(pending.IsCompletedSuccessfully);
            }
        }
    }

    [Fact]
    public void A_first_attempt_that_answers_before_the_delay_allocates_nothing_either()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(new PipelineScope("inventory", new VirtualClock(), Random.Shared)).AddHedging().Build();
        var source = new Later();

        // Histogram slices and kept percentiles come a few times a minute; nothing comes with each call.
        Assert.InRange(Allocated.By(() => Run(1_000)), 0, 5_000);

        void Run(int times)
        {
            for (var run = 0; run < times; run++)
            {
                var pending = pipeline.ExecuteAsync(static (_, source) => source.Begin(), source);
                Assert.False(pending.IsCompleted);
                source.End();
                Assert.True(pending.IsCompletedSuccessfully);
                Assert.True(pending.Result == 1);
            }
        }
    }

    [Fact]
    public async Task Many_hedged_calls_at_once_each_get_one_answer_and_leave_no_value_behind()
    {
        var pipeline = new ResiliencePipelineBuilder<HedgedServer.Answer>("inventory")
            .AddHedging(new() { Delay = TimeSpan.Zero, MaximumAttempts = 3 }, RetryBudget.Share(10, 10_000)).Build();
        var made = new System.Collections.Concurrent.ConcurrentBag<HedgedServer.Answer>();
        var answers = new System.Collections.Concurrent.ConcurrentBag<HedgedServer.Answer>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var run = 0; run < 200; run++)
            {
                var outcome = await pipeline.TryExecuteAsync(static async (call, made) =>
                {
                    for (var step = 0; step < call.Attempt % 3; step++)
                    {
                        await Task.Yield();
                    }

                    var answer = new HedgedServer.Answer($"{call.Attempt}");
                    made.Add(answer);
                    return answer;
                }, made);
                Assert.False(outcome.Value!.Disposed);
                answers.Add(outcome.Value);
            }
        })));

        Assert.Equal(1_600, answers.Count);
        SpinWait.SpinUntil(() => made.Count(answer => !answer.Disposed) == 1_600, TimeSpan.FromSeconds(10));
        Assert.Equal(1_600, made.Count(answer => !answer.Disposed));
    }

    [Fact]
    public async Task Delays_that_pass_while_attempts_end_start_no_attempt_for_another_call_and_lose_no_value()
    {
        var pipeline = Pipeline(new() { Delay = TimeSpan.FromMilliseconds(2), Percentile = null });
        var made = new System.Collections.Concurrent.ConcurrentBag<HedgedServer.Answer>();
        var workers = Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            for (var run = 0; run < 300; run++)
            {
                // Those that take as long as the delay end while its timer fires; the others leave theirs to the next call.
                var name = $"{worker} {run}";
                var outcome = await pipeline.TryExecuteAsync(
                    static async (call, state) =>
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(state.Time), call.Scope.Clock);
                        var answer = new HedgedServer.Answer(state.name);
                        state.made.Add(answer);
                        return answer;
                    },
                    (name, made, Time: 1 + (run % 3)));
                Assert.Equal((name, false), (outcome.Value!.Text, outcome.Value.Disposed));
            }
        })).ToList();
        while (!workers.TrueForAll(worker => worker.IsCompleted))
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        await Task.WhenAll(workers);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(SpinWait.SpinUntil(() => made.Count(answer => !answer.Disposed) == 1_200, TimeSpan.FromSeconds(10)));
    }

    private async Task AnswerAfterAsync(ResiliencePipeline<HedgedServer.Answer> pipeline, TimeSpan time)
    {
        var pending = server.Call(pipeline);
        var attempt = server.Take();
        clock.Advance(time);
        attempt.Succeed("first");
        await pending;
    }

    private ResiliencePipeline<HedgedServer.Answer> Pipeline(HedgingOptions options) =>
        new ResiliencePipelineBuilder<HedgedServer.Answer>(new PipelineScope("inventory", clock, Random.Shared)).AddHedging(options).Build();

    /// <summary>A result that comes when it is told to, on the same thread, and costs nothing itself.</summary>
    private sealed class Later : System.Threading.Tasks.Sources.IValueTaskSource<int>
    {
        private System.Threading.Tasks.Sources.ManualResetValueTaskSourceCore<int> core;

        public ValueTask<int> Begin()
        {
            core.Reset();
            return new(this, core.Version);
        }

        public void End() => core.SetResult(1);

        public int GetResult(short token) => core.GetResult(token);

        public System.Threading.Tasks.Sources.ValueTaskSourceStatus GetStatus(short token) => core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, System.Threading.Tasks.Sources.ValueTaskSourceOnCompletedFlags flags) =>
            core.OnCompleted(continuation, state, token, flags & ~System.Threading.Tasks.Sources.ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
    }
}
