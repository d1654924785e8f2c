using Portolan.Resilience.Bulkheads;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Bulkheads;

public sealed class BulkheadTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly VirtualClock clock = new();

    [Fact]
    public async Task As_many_as_there_are_places_run_and_the_next_waits_its_turn()
    {
        var (bulkhead, pipeline) = Pipeline(new() { Concurrency = 2, QueueLength = 3 });
        var calls = Enumerable.Range(0, 5).Select(_ => new Call(pipeline)).ToList();
        Assert.Equal((2, 3, 2.5), (bulkhead.InUse, bulkhead.Queued, bulkhead.Utilisation));
        Assert.Equal([true, true, false, false, false], calls.Select(call => call.Started));

        for (var ended = 0; ended < 5; ended++)
        {
            calls[ended].End();
            await calls[ended].Outcome;
            if (ended + 2 < 5)
            {
                await calls[ended + 2].Begun;
                Assert.Equal(ended + 3, calls.Count(call => call.Started));
            }
        }

        Assert.Equal((0, 0), (bulkhead.InUse, bulkhead.Queued));
    }

    [Fact]
    public async Task Who_finds_place_and_queue_full_is_refused_at_once()
    {
        var (bulkhead, pipeline) = Pipeline(new() { Concurrency = 1, QueueLength = 1 });
        var calls = new[] { new Call(pipeline), new Call(pipeline) };

        var refused = new Call(pipeline);
        Assert.True(refused.Outcome.IsCompleted);
        Assert.Equal(RejectionKind.BulkheadFull, (await refused.Outcome).Rejection!.Kind);
        Assert.Equal(Verdict.Neutral, (await refused.Outcome).Verdict);
        Assert.Same(bulkhead.FullRejection, (await refused.Outcome).Rejection);
        await EndAsync(calls);
    }

    [Fact]
    public async Task Who_waits_too_long_is_refused_and_leaves_the_queue_to_the_others()
    {
        var (bulkhead, pipeline) = Pipeline(new() { Concurrency = 1, QueueLength = 2 });
        var first = new Call(pipeline);
        var tooLong = new Call(pipeline);
        clock.Advance(TimeSpan.FromMilliseconds(60));
        var inTime = new Call(pipeline);
        clock.Advance(TimeSpan.FromMilliseconds(40));

        Assert.Same(bulkhead.TooLongRejection, (await tooLong.Outcome).Rejection);
        Assert.Equal(1, bulkhead.Queued);
        await EndAsync(first, inTime);
        Assert.True(inTime.Started);
        Assert.False(tooLong.Started);
    }

    [Fact]
    public async Task Who_is_cancelled_in_the_queue_leaves_it_and_never_runs()
    {
        var (bulkhead, pipeline) = Pipeline(new() { Concurrency = 1, QueueLength = 2, Wait = Timeout.InfiniteTimeSpan });
        using var cancelled = new CancellationTokenSource();
        var first = new Call(pipeline);
        var leaving = new Call(pipeline, cancelled.Token);
        var last = new Call(pipeline);

        await cancelled.CancelAsync();
        Assert.IsType<OperationCanceledException>((await leaving.Outcome).Exception);
        Assert.Equal(1, bulkhead.Queued);
        clock.Advance(TimeSpan.FromDays(100));
        Assert.Equal(1, bulkhead.Queued);

        await EndAsync(first, last);
        Assert.False(leaving.Started);
    }

    [Fact]
    public async Task A_disposed_pool_refuses_those_who_wait_and_lets_those_who_run_end()
    {
        var (bulkhead, pipeline) = Pipeline(new() { Concurrency = 1 });
        var running = new Call(pipeline);
        var waiting = new Call(pipeline);
        bulkhead.Dispose();
        bulkhead.Dispose();

        Assert.Same(bulkhead.ClosedRejection, (await waiting.Outcome).Rejection);
        Assert.Same(bulkhead.ClosedRejection, (await new Call(pipeline).Outcome).Rejection);
        await EndAsync(running);
        Assert.Equal(Verdict.Success, (await running.Outcome).Verdict);
        Assert.Equal((0, 0), (bulkhead.InUse, bulkhead.Queued));
    }

    [Theory]
    [InlineData(0, 100, 100)]
    [InlineData(1, 0, 100)]
    [InlineData(1, 100, 0)]
    public async Task Without_places_without_a_queue_or_without_time_to_wait_nobody_waits(int concurrency, int queue, int milliseconds)
    {
        var (_, pipeline) = Pipeline(new() { Concurrency = concurrency, QueueLength = queue, Wait = TimeSpan.FromMilliseconds(milliseconds) });
        var calls = Enumerable.Range(0, concurrency).Select(_ => new Call(pipeline)).ToArray();
        var refused = new Call(pipeline);

        Assert.True(refused.Outcome.IsCompleted);
        Assert.Equal(RejectionKind.BulkheadFull, (await refused.Outcome).Rejection!.Kind);
        await EndAsync(calls);
    }

    [Fact]
    public async Task The_longest_wait_there_is_ends_only_with_a_place()
    {
        var (_, pipeline) = Pipeline(new() { Concurrency = 1, Wait = TimeSpan.MaxValue });
        var first = new Call(pipeline);
        var second = new Call(pipeline);
        clock.Advance(TimeSpan.FromDays(365));
        Assert.False(second.Outcome.IsCompleted);
        await EndAsync(first, second);
    }

    [Fact]
    public async Task A_failing_call_gives_its_place_back_whether_it_fails_at_once_or_later()
    {
        var (bulkhead, pipeline) = Pipeline(new() { Concurrency = 1, QueueLength = 0 });
        Assert.True((await pipeline.TryExecuteAsync<int>(static (_, _) => throw new IOException(), 0, default, Token)).IsFailure);
        Assert.True((await pipeline.TryExecuteAsync<int>(static async (_, _) => { await Task.Yield(); throw new IOException(); }, 0, default, Token)).IsFailure);
        Assert.Equal(0, bulkhead.InUse);
    }

    [Fact]
    public void Options_out_of_range_are_all_named()
    {
        var error = Assert.Throws<ArgumentException>(() => new Bulkhead("x", new() { Concurrency = -1, QueueLength = -1, Wait = TimeSpan.FromSeconds(-1) }));
        Assert.Contains("Concurrency", error.Message, StringComparison.Ordinal);
        Assert.Contains("QueueLength", error.Message, StringComparison.Ordinal);
        Assert.Contains("Wait", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Passing_a_bulkhead_allocates_nothing()
    {
        var (_, pipeline) = Pipeline(new());
        Assert.InRange(Allocated.By(() => Run(pipeline, 1_000)), 0, 500);

        static void Run(ResiliencePipeline<int> pipeline, int times)
        {
            for (var run = 0; run < times; run++)
            {
                var pending = pipeline.ExecuteAsync(static (_, state) => ValueTask.FromResult(state), 1);
                Assert.True(pending.IsCompletedSuccessfully);
            }
        }
    }

    private static async Task EndAsync(params Call[] calls)
    {
        foreach (var call in calls)
        {
            call.End();
            await call.Outcome;
        }
    }

    private (Bulkhead Bulkhead, ResiliencePipeline<int> Pipeline) Pipeline(BulkheadOptions options)
    {
        var bulkhead = new Bulkhead("stock", options, clock);
        return (bulkhead, new ResiliencePipelineBuilder<int>(new PipelineScope("inventory", clock, Random.Shared)).AddBulkhead(bulkhead).Build());
    }

    /// <summary>A call that runs until it is told to end.</summary>
    private sealed class Call
    {
        private readonly TaskCompletionSource<int> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Call(ResiliencePipeline<int> pipeline, CancellationToken cancellationToken = default) =>
            Outcome = pipeline.TryExecuteAsync(static (_, call) => call.RunAsync(), this, default, cancellationToken).AsTask();

        public Task<Outcome<int>> Outcome { get; }

        public Task Begun => begun.Task;

        public bool Started => begun.Task.IsCompleted;

        public void End() => end.TrySetResult(1);

        private ValueTask<int> RunAsync()
        {
            begun.SetResult();
            return new(end.Task);
        }
    }
}
