using Portolan.Resilience.Hedging;
using Portolan.Resilience.Retry;
using Portolan.Testing;
using static Portolan.Resilience.Tests.Hedging.HedgedServer;

namespace Portolan.Resilience.Tests.Hedging;

public sealed class HedgingTests
{
    private readonly VirtualClock clock = new();
    private readonly HedgedServer server = new();
    private readonly List<ResilienceEvent> events = [];

    [Fact]
    public async Task A_slow_call_is_started_again_elsewhere_and_the_first_answer_wins()
    {
        var pending = server.Call(Pipeline(new() { Delay = TimeSpan.FromSeconds(2) }));
        var slow = server.Take();
        clock.Advance(TimeSpan.FromMilliseconds(1_999));
        Assert.Equal(1, server.Started);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        var hedge = server.Take();
        Assert.Equal((1, null, 2, "instance 1"), (slow.Number, slow.Before, hedge.Number, hedge.Before));
        var answer = hedge.Succeed("second");
        Assert.Same(answer, (await pending).Value);
        Assert.False(answer.Disposed);
        Assert.Equal(["hedge 2", "hedge-won 2"], events.Select(what => $"{what.Name} {what.Attempt}"));
    }

    [Fact]
    public async Task The_loser_is_cancelled_and_what_it_brings_all_the_same_is_disposed_of()
    {
        var pending = server.Call(Pipeline(new()));
        var slow = server.Take();
        clock.Advance(TimeSpan.FromSeconds(2));
        server.Take().Succeed("second");
        await pending;
        await slow.CancelledAsync();

        // It holds its own fork: nothing of it was given to another call while it runs.
        Assert.Equal(1, slow.Call.Attempt);
        Assert.Equal(slow.Token, slow.Call.CancellationToken);
        var late = slow.Succeed("late");
        SpinWait.SpinUntil(() => late.Disposed, TimeSpan.FromSeconds(10));
        Assert.True(late.Disposed);
    }

    [Fact]
    public async Task A_first_attempt_that_answers_after_the_second_started_wins_too()
    {
        var pending = server.Call(Pipeline(new()));
        var slow = server.Take();
        clock.Advance(TimeSpan.FromSeconds(2));
        var hedge = server.Take();
        slow.Succeed("first");
        Assert.Equal("first", (await pending).Value!.Text);
        await hedge.CancelledAsync();
        hedge.Fail();
    }

    [Fact]
    public async Task A_failure_starts_the_next_at_once_and_the_last_failure_is_the_calls()
    {
        var pending = server.Call(Pipeline(new() { MaximumAttempts = 3, Delay = Timeout.InfiniteTimeSpan }));
        server.Take().Fail();
        server.Take().Fail();
        server.Take().Fail();
        Assert.IsType<IOException>((await pending).Exception);
        Assert.Equal(3, server.Started);
    }

    [Fact]
    public async Task A_failure_beside_one_that_runs_waits_for_it()
    {
        var pending = server.Call(Pipeline(new()));
        var slow = server.Take();
        clock.Advance(TimeSpan.FromSeconds(2));
        server.Take().Fail();
        Assert.False(pending.IsCompleted);
        slow.Succeed("first");
        Assert.Equal("first", (await pending).Value!.Text);
    }

    [Fact]
    public async Task Who_asks_for_less_is_not_asked_again_and_does_not_win_over_an_answer()
    {
        var throttled = server.Call(Pipeline(new()));
        server.Take().Throttle();
        Assert.Equal(Verdict.Throttled, (await throttled).Verdict);
        Assert.Equal(1, server.Started);

        var pending = server.Call(Pipeline(new() { Delay = TimeSpan.Zero }));
        server.Take().Throttle();
        server.Take().Succeed("second");
        Assert.Equal("second", (await pending).Value!.Text);
    }

    [Fact]
    public async Task With_no_delay_all_attempts_start_together()
    {
        var pending = server.Call(Pipeline(new() { MaximumAttempts = 3, Delay = TimeSpan.Zero }));
        Attempt[] attempts = [server.Take(), server.Take(), server.Take()];
        attempts[2].Succeed("third");
        Assert.Equal("third", (await pending).Value!.Text);
        await attempts[0].CancelledAsync();
        await attempts[1].CancelledAsync();
    }

    [Fact]
    public async Task A_call_that_must_not_be_done_twice_is_not_hedged()
    {
        var pending = server.Call(Pipeline(new() { Delay = TimeSpan.Zero }), new() { Once = true });
        server.Take().Fail();
        Assert.True((await pending).IsFailure);
        Assert.Equal(1, server.Started);
    }

    [Fact]
    public async Task A_spent_budget_allows_no_second_attempt()
    {
        var pending = server.Call(Pipeline(new(), RetryBudget.Share(0, 0)));
        var slow = server.Take();
        clock.Advance(TimeSpan.FromSeconds(10));
        slow.Succeed("first");
        Assert.Equal("first", (await pending).Value!.Text);
        Assert.Equal((1, "hedge-budget-spent"), (server.Started, Assert.Single(events).Name));
    }

    [Fact]
    public async Task The_budget_is_told_how_calls_end_unless_a_retry_outside_does_so()
    {
        var budget = RetryBudget.Tokens(2, 1);
        var alone = Pipeline(new() { MaximumAttempts = 1 }, budget);
        await FailAsync(alone);
        await FailAsync(alone);

        // Both tokens are gone, so the next is not hedged; a success brings one back, and then it is... not over the half.
        await FailAsync(Pipeline(new(), budget));
        Assert.Equal(3, server.Started);
        var succeeding = server.Call(alone);
        server.Take().Succeed("one");
        await succeeding;
        succeeding = server.Call(alone);
        server.Take().Succeed("two");
        await succeeding;

        var hedged = server.Call(Pipeline(new() { Delay = TimeSpan.Zero }, budget));
        server.Take().Succeed("first");
        Assert.Equal("first", (await hedged).Value!.Text);
        Assert.Equal(7, server.Started);
    }

    [Fact]
    public async Task A_cancelled_call_ends_with_all_its_attempts()
    {
        using var cancellation = new CancellationTokenSource();
        var pending = server.Call(Pipeline(new() { Delay = TimeSpan.Zero }), default, cancellation.Token);
        Attempt[] attempts = [server.Take(), server.Take()];
        await cancellation.CancelAsync();
        Assert.All(attempts, attempt => Assert.True(attempt.Token.IsCancellationRequested));
        attempts[0].Fail();
        attempts[1].Fail();
        Assert.Equal(Verdict.Failure, (await pending).Verdict);
        Assert.Equal(2, server.Started);
    }

    [Fact]
    public async Task A_refusal_by_a_strategy_inside_does_not_win_over_an_answer_that_is_on_its_way()
    {
        var refusing = new RefuseSecond();
        var pending = server.Call(Builder().AddHedging(new() { Delay = TimeSpan.Zero }).Add(refusing).Build());
        server.Take().Succeed("first");
        Assert.Equal("first", (await pending).Value!.Text);
        Assert.Equal(1, refusing.Refused);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    public void Options_out_of_range_are_refused(int attempts) =>
        Assert.Contains("MaximumAttempts", Assert.Throws<ArgumentException>(() => Pipeline(new() { MaximumAttempts = attempts })).Message, StringComparison.Ordinal);

    [Fact]
    public void The_chain_says_when_it_hedges() =>
        Assert.Equal("inventory: hedging 2x after p95, at first after 2 s -> call", Pipeline(new()).ToString());

    private async Task FailAsync(ResiliencePipeline<Answer> pipeline)
    {
        var pending = server.Call(pipeline);
        server.Take().Fail();
        Assert.True((await pending).IsFailure);
    }

    private ResiliencePipeline<Answer> Pipeline(HedgingOptions options, RetryBudget? budget = null) => Builder().AddHedging(options, budget).Build();

    private ResiliencePipelineBuilder<Answer> Builder() => new(new PipelineScope("inventory", clock, Random.Shared, events.Add))
    {
        ValueVerdict = answer => answer.Text == "429" ? Verdict.Throttled : Verdict.Success,
    };

    private sealed class RefuseSecond : ResilienceStrategy<Answer>
    {
        public int Refused { get; private set; }

        public override StrategyKind Kind => StrategyKind.CircuitBreaker;

        public override ValueTask<Outcome<Answer>> ExecuteAsync(ResilienceCall<Answer> call)
        {
            if (call.Attempt == 1)
            {
                return Next.ExecuteAsync(call);
            }

            Refused++;
            return new(Outcome<Answer>.Of(new Rejection(RejectionKind.CircuitOpen, "breaker", "open")));
        }
    }
}
