using System.Threading.Tasks.Sources;
using Portolan.Core.Deadlines;
using Portolan.Resilience.Retry;
using Portolan.Resilience.Timeouts;

namespace Portolan.Resilience.Tests.Timeouts;

public sealed class AllocationTests
{
    private readonly ResiliencePipeline<int> pipeline = new ResiliencePipelineBuilder<int>("inventory")
        .AddTotalTimeout().AddRetry(budget: RetryBudget.Share()).AddAttemptTimeout().Build();

    [Fact]
    public void A_call_that_ends_at_once_allocates_nothing() => Assert.InRange(Measure(() => RunAtOnce(default)), 0, 2_000);

    [Fact]
    public void Nor_does_one_with_a_token_and_a_deadline()
    {
        using var source = new CancellationTokenSource();
        using var deadline = Deadline.In(TimeProvider.System, TimeSpan.FromMinutes(1)).Enter();
        Assert.InRange(Measure(() => RunAtOnce(source.Token)), 0, 2_000);
    }

    [Fact]
    public void Nor_does_one_that_ends_later()
    {
        var answer = new Answer();
        Assert.InRange(Measure(() => RunLater(answer)), 0, 2_000);
    }

    // Not nothing to the byte: the thread may move to another processor and find an empty place there.
    private static long Measure(Action run)
    {
        for (var warm = 0; warm < 200; warm++)
        {
            run();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < 1_000; call++)
        {
            run();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void RunAtOnce(CancellationToken token) =>
        EndAtOnce(pipeline.TryExecuteAsync(static (_, state) => ValueTask.FromResult(state), 1, default, token));

    private void RunLater(Answer answer) => EndLater(pipeline.TryExecuteAsync(static (_, answer) => answer.Begin(), answer), answer);

    private static void EndAtOnce(ValueTask<Outcome<int>> pending) => Assert.True(pending.IsCompletedSuccessfully);

    private static void EndLater(ValueTask<Outcome<int>> pending, Answer answer)
    {
        Assert.False(pending.IsCompleted);
        answer.End(7);
        Assert.True(pending.IsCompleted);
        Assert.True(pending.Result.Value == 7);
    }

    /// <summary>A task that can be used again and costs nothing.</summary>
    private sealed class Answer : IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> core;

        public ValueTask<int> Begin()
        {
            core.Reset();
            return new(this, core.Version);
        }

        public void End(int value) => core.SetResult(value);

        public int GetResult(short token) => core.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            core.OnCompleted(continuation, state, token, flags);
    }
}
