using Portolan.Resilience.Breakers;
using Portolan.Resilience.FaultInjection;
using Portolan.Resilience.Timeouts;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.FaultInjection;

public sealed class FaultStrategyTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly VirtualClock clock = new();
    private readonly List<ResilienceEvent> events = [];
    private readonly Faults faults;
    private readonly PipelineScope scope;
    private int calls;

    public FaultStrategyTests()
    {
        faults = new Faults(clock, new GivenRandom());
        scope = new PipelineScope("stock", clock, Random.Shared, events.Add);
    }

    [Fact]
    public void A_call_is_held_up_for_exactly_the_latency_and_goes_on()
    {
        faults.Set(new FaultRule("slow") { Latency = TimeSpan.FromSeconds(2) });
        var pending = RunAsync(Pipeline());
        clock.Advance(TimeSpan.FromSeconds(1.999));
        Assert.False(pending.IsCompleted);
        Assert.Equal(0, calls);

        clock.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal((1, 7), (calls, Done(pending).Value));
        Assert.Equal(new ResilienceEvent("stock", "fault injection", "fault-injected", 1, TimeSpan.FromSeconds(2), "slow"), Assert.Single(events));
    }

    [Fact]
    public void Who_gives_up_while_being_held_up_learns_nothing_of_the_one_that_is_called()
    {
        faults.Set(new FaultRule("slow") { Latency = TimeSpan.FromSeconds(2), Error = true });
        using var source = new CancellationTokenSource();
        var pending = RunAsync(Pipeline(), null, source.Token);
        source.Cancel();
        var outcome = Done(pending);
        Assert.Equal((Verdict.Neutral, 0), (outcome.Verdict, calls));
        Assert.Equal(source.Token, Assert.IsType<OperationCanceledException>(outcome.Exception).CancellationToken);
    }

    [Fact]
    public void An_error_is_a_rejection_that_counts_as_failure()
    {
        faults.Set(new FaultRule("errors") { Error = true });
        var outcome = Done(RunAsync(Pipeline()));
        Assert.Equal((RejectionKind.FaultInjected, Verdict.Failure, 0), (outcome.Rejection!.Kind, outcome.Verdict, calls));
        Assert.Equal("Fault errors was injected on purpose.", outcome.Rejection.Reason);
    }

    [Fact]
    public void Or_what_the_user_makes_it()
    {
        faults.Set(new FaultRule("errors") { Error = true });
        Assert.Equal(-1, Done(RunAsync(Pipeline(error: _ => Outcome<int>.Of(-1, Verdict.Throttled)))).Value);
        var thrown = Done(RunAsync(Pipeline(error: _ => throw new IOException("broken"))));
        Assert.Equal(("broken", Verdict.Failure), (thrown.Exception!.Message, thrown.Verdict));
    }

    [Fact]
    public void Only_calls_that_match_are_hit()
    {
        faults.Set(new FaultRule("errors") { Error = true });
        var pipeline = Pipeline(call => call.Options.Key == "acme");
        Assert.Equal(7, Done(RunAsync(pipeline)).Value);
        Assert.NotNull(Done(RunAsync(pipeline, "acme")).Rejection);
        Assert.Equal(1, faults.All[0].Hits);

        var confused = Done(RunAsync(Pipeline(_ => throw new InvalidOperationException("no"))));
        Assert.Equal(("no", Verdict.Neutral), (confused.Exception!.Message, confused.Verdict));
    }

    [Fact]
    public void A_breaker_and_a_timeout_around_it_believe_it()
    {
        var breaker = new CircuitBreaker("stock", new CircuitBreakerOptions { ConsecutiveFailures = 2 }, clock);
        var pipeline = new ResiliencePipelineBuilder<int>(scope).AddCircuitBreaker(breaker).AddAttemptTimeout(TimeSpan.FromSeconds(1)).AddFaultInjection(faults).Build();
        faults.Set(new FaultRule("slow") { Latency = TimeSpan.FromSeconds(5) });
        var pending = RunAsync(pipeline);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RejectionKind.TimedOut, Done(pending).Rejection!.Kind);

        faults.Set(new FaultRule("slow") { Error = true });
        Assert.Equal(RejectionKind.FaultInjected, Done(RunAsync(pipeline)).Rejection!.Kind);
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    public void It_stands_innermost_or_the_pipeline_is_refused()
    {
        Assert.Equal("stock: fault injection -> call", Pipeline().ToString());
        Assert.Throws<InvalidOperationException>(() => new ResiliencePipelineBuilder<int>(scope).AddFaultInjection(faults).AddAttemptTimeout().Build());
    }

    [Fact]
    public void While_nothing_is_set_nothing_is_allocated_and_nobody_is_asked()
    {
        var pipeline = Pipeline(_ => throw new InvalidOperationException("asked"));
        faults.Set(new FaultRule("gone") { Error = true });
        faults.Clear();
        Assert.Equal(0, Allocated.By(() =>
        {
            for (var call = 0; call < 1_000; call++)
            {
                AtOnce(pipeline.TryExecuteAsync(static (_, value) => ValueTask.FromResult(value), 7));
            }
        }));
    }

    private static void AtOnce(ValueTask<Outcome<int>> pending) => Assert.True(pending.IsCompletedSuccessfully);

    private static Outcome<int> Done(ValueTask<Outcome<int>> pending)
    {
        // What waits for the clock may end on another thread.
        var task = pending.AsTask();
        Assert.True(task.Wait(TimeSpan.FromSeconds(30), Token));
        return task.Result;
    }

    private ResiliencePipeline<int> Pipeline(Func<ResilienceCall, bool>? matches = null, Func<ResilienceCall, Outcome<int>>? error = null) =>
        new ResiliencePipelineBuilder<int>(scope).AddFaultInjection(faults, matches, error).Build();

    private ValueTask<Outcome<int>> RunAsync(ResiliencePipeline<int> pipeline, string? key = null, CancellationToken token = default) => pipeline.TryExecuteAsync(
        static (_, test) =>
        {
            test.calls++;
            return ValueTask.FromResult(7);
        },
        this, new CallOptions { Key = key }, token);
}
