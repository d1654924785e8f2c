using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Tests.Breakers;

public sealed class CircuitBreakerStrategyTests : BreakerTest
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_open_breaker_ends_a_call_before_it_begins()
    {
        var breaker = NewBreaker();
        var pipeline = NewBuilder().AddCircuitBreaker(breaker).Build();
        Trip(breaker);
        var outcome = await Try(pipeline, _ => throw new InvalidOperationException("called"));
        Assert.Same(breaker.Rejection, outcome.Rejection);
        Assert.Equal(("pipe", "inventory", "circuit-rejected", 1), (Events[^1].Pipeline, Events[^1].Strategy, Events[^1].Name, Events[^1].Attempt));
        Assert.Equal("pipe: circuit breaker 'inventory' -> call", pipeline.ToString());
    }

    [Fact]
    public async Task Values_exceptions_and_cancellations_come_back_with_their_verdict_now_or_later()
    {
        var breaker = NewBreaker();
        var builder = NewBuilder().AddCircuitBreaker(breaker);
        builder.ValueVerdict = status => status == 429 ? Verdict.Throttled : Verdict.Success;
        var pipeline = builder.Build();

        await Try(pipeline, _ => ValueTask.FromResult(200));
        await Try(pipeline, _ => ValueTask.FromResult(429));
        await Try(pipeline, _ => throw new IOException());
        await Try(pipeline, async _ => { await Task.Yield(); throw new IOException(); });
        using var cancelled = new CancellationTokenSource();
        await pipeline.TryExecuteAsync(
            static async (call, source) =>
            {
                await source.CancelAsync();
                call.CancellationToken.ThrowIfCancellationRequested();
                return 1;
            },
            cancelled, cancellationToken: cancelled.Token);
        Assert.Equal((4, 5L, 3L), (breaker.Report().Calls, breaker.Report().Allowed, breaker.Report().Failures));
    }

    [Fact]
    public async Task How_long_a_call_took_is_known_whether_it_waited_or_not()
    {
        var breaker = NewBreaker(new() { SlowCall = TimeSpan.FromSeconds(1), MinimumCalls = 2, SlowCallRate = 1 });
        var pipeline = NewBuilder().AddCircuitBreaker(breaker).Build();
        await Try(pipeline, _ => { Pass(1); return ValueTask.FromResult(1); });
        Assert.Equal(BreakerState.Closed, breaker.State);
        await Try(pipeline, async _ => { await Task.Yield(); Pass(1); return 1; });
        Assert.StartsWith("2 of 2 calls took", breaker.Report().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_call_has_the_breaker_that_is_chosen_for_it()
    {
        using var breakers = new CircuitBreakers(new(), Clock);
        var pipeline = NewBuilder().AddCircuitBreaker(call => breakers.Get(call.Options.Key ?? throw new FormatException("no tenant"))).Build();
        for (var call = 0; call < 5; call++)
        {
            await Try(pipeline, _ => throw new IOException(), "noisy");
        }

        Assert.NotNull((await Try(pipeline, _ => ValueTask.FromResult(1), "noisy")).Rejection);
        Assert.Equal(1, (await Try(pipeline, _ => ValueTask.FromResult(1), "quiet")).Value);
        Assert.IsType<FormatException>((await Try(pipeline, _ => ValueTask.FromResult(1), key: null)).Exception);
    }

    [Fact]
    public void Closed_and_open_calls_allocate_nothing()
    {
        var closed = NewBreaker(parent: NewBreaker());
        var open = NewBreaker();
        open.Isolate();
        using var breakers = new CircuitBreakers(new(), TimeProvider.System);
        foreach (var builder in new[] { NewBuilder().AddCircuitBreaker(closed), NewBuilder().AddCircuitBreaker(open), NewBuilder().AddCircuitBreaker(_ => breakers.Get("chosen")) })
        {
            var pipeline = builder.Build();
            Run(pipeline, 200);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(pipeline, 1_000);

            // Not nothing to the byte: the thread may move to another processor and find an empty place there.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000);
        }
    }

    private static void Run(ResiliencePipeline<int> pipeline, int times)
    {
        for (var time = 0; time < times; time++)
        {
            var pending = pipeline.TryExecuteAsync(static (_, state) => ValueTask.FromResult(state), 1, default, Token);
            Assert.True(pending.IsCompletedSuccessfully);
        }
    }

    private static ValueTask<Outcome<int>> Try(ResiliencePipeline<int> pipeline, Func<CancellationToken, ValueTask<int>> callback, string? key = "any") =>
        pipeline.TryExecuteAsync(static (call, callback) => callback(call.CancellationToken), callback, new CallOptions { Key = key }, Token);

    private ResiliencePipelineBuilder<int> NewBuilder() => new(new PipelineScope("pipe", Clock, Random.Shared, Listen));

    // A list that grows would be what allocates.
    private void Listen(ResilienceEvent one)
    {
        if (Events.Count < 10)
        {
            Events.Add(one);
        }
    }
}
