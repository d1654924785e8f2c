using Portolan.Testing;

namespace Portolan.Resilience.Tests;

public sealed class PipelineTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly PipelineScope scope = new("inventory", new VirtualClock(), Random.Shared);

    [Fact]
    public async Task A_value_passes_through_and_so_does_an_exception_as_it_was()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope).Build();
        Assert.Equal(42, await pipeline.ExecuteAsync(_ => ValueTask.FromResult(42), Token));

        var thrown = new InvalidOperationException("broken");
        var caught = await Assert.ThrowsAsync<InvalidOperationException>(async () => await pipeline.ExecuteAsync(_ => throw thrown, Token));
        Assert.Same(thrown, caught);
    }

    [Fact]
    public async Task An_outcome_carries_the_verdict_of_value_and_exception()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope)
        {
            ValueVerdict = status => status == 429 ? Verdict.Throttled : Verdict.Success,
            ExceptionVerdict = exception => exception is IOException ? Verdict.Unreached : Verdict.Failure,
        }.Build();

        Assert.Equal(Verdict.Throttled, (await Try(pipeline, _ => ValueTask.FromResult(429))).Verdict);
        Assert.Equal(Verdict.Unreached, (await Try(pipeline, _ => throw new IOException())).Verdict);
        Assert.True((await Try(pipeline, async _ => { await Task.Yield(); throw new FormatException(); })).IsFailure);
    }

    [Fact]
    public async Task A_cancelled_call_says_nothing_of_the_one_that_was_called()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope).Build();
        using var cancelled = new CancellationTokenSource();

        var outcome = await pipeline.TryExecuteAsync(
            static (call, source) =>
            {
                source.Cancel();
                call.CancellationToken.ThrowIfCancellationRequested();
                return ValueTask.FromResult(1);
            },
            cancelled,
            cancellationToken: cancelled.Token);

        Assert.Equal(Verdict.Neutral, outcome.Verdict);
        Assert.IsType<OperationCanceledException>(outcome.Exception, exactMatch: false);
        Assert.Equal(Verdict.Neutral, (await pipeline.TryExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, default, cancelled.Token)).Verdict);
    }

    [Fact]
    public async Task A_call_allocates_nothing_whether_it_ends_at_once_or_later()
    {
        var pipeline = new ResiliencePipelineBuilder<int>("bare").Build();
        for (var warm = 0; warm < 100; warm++)
        {
            await pipeline.ExecuteAsync(static (_, state) => ValueTask.FromResult(state), 1, default, Token);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 1_000; run++)
        {
            var pending = pipeline.ExecuteAsync(static (_, state) => ValueTask.FromResult(state), 1, default, Token);
            Assert.True(pending.IsCompletedSuccessfully);
        }

        // Not nothing to the byte: the thread may move to another processor and find an empty place there.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000);
    }

    [Fact]
    public void An_impossible_order_is_refused_with_everything_that_is_wrong_with_it()
    {
        var builder = new ResiliencePipelineBuilder<int>(scope)
            .Add(new Named(StrategyKind.CircuitBreaker)).Add(new Named(StrategyKind.Retry)).Add(new Named(StrategyKind.TotalTimeout));

        var error = Assert.Throws<InvalidOperationException>(() => builder.Build());

        Assert.Contains("Retry must be added before Circuit breaker", error.Message, StringComparison.Ordinal);
        Assert.Contains("Total timeout must be added before Retry", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_prints_itself_from_the_outside_in()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope).Add(new Named(StrategyKind.Retry)).Add(new Named(StrategyKind.CircuitBreaker)).Build();
        Assert.Equal("inventory: Retry -> CircuitBreaker -> call", pipeline.ToString());
    }

    private static ValueTask<Outcome<int>> Try(ResiliencePipeline<int> pipeline, Func<CancellationToken, ValueTask<int>> callback) =>
        pipeline.TryExecuteAsync(static (call, callback) => callback(call.CancellationToken), callback, default, Token);

    private sealed class Named(StrategyKind kind) : ResilienceStrategy<int>
    {
        public override StrategyKind Kind => kind;

        public override ValueTask<Outcome<int>> ExecuteAsync(ResilienceCall<int> call) => Next.ExecuteAsync(call);

        public override string ToString() => kind.ToString();
    }
}
