using Portolan.Core.Deadlines;
using Portolan.Resilience.Retry;

namespace Portolan.Resilience.Tests.Retry;

public sealed class RetryTests
{
    private static readonly Outcome<Answer> Good = Outcome<Answer>.Of(new Answer(200));
    private static readonly Outcome<Answer> Broken = Outcome<Answer>.Of(new IOException("broken"));
    private static readonly Outcome<Answer> Unreached = Outcome<Answer>.Of(new IOException("refused"), Verdict.Unreached);
    private static readonly RetryOptions Constant = new() { Backoff = Backoff.Constant };

    [Fact]
    public async Task A_failed_call_is_repeated_until_it_succeeds_after_growing_waits()
    {
        var rig = new RetryRig().Then(Broken, 2).Then(Good);

        Assert.Equal(200, (await rig.RunToEndAsync()).Value!.Status);

        Assert.Equal([(1, Seconds(0)), (2, Seconds(0.5)), (3, Seconds(1.5))], rig.Attempts);
        Assert.Equal(["retry", "retry"], rig.Events.Select(happened => happened.Name));
        Assert.Equal("IOException.", rig.Events[0].Detail);
    }

    [Fact]
    public async Task After_the_last_attempt_the_caller_gets_its_outcome()
    {
        var rig = new RetryRig().Then(Unreached, 2).Then(Broken);

        Assert.Same(Broken.Exception, (await rig.RunToEndAsync()).Exception);

        Assert.Equal(3, rig.Attempts.Count);
        Assert.Equal(["retry", "retry", "retries-exhausted"], rig.Events.Select(happened => happened.Name));
    }

    [Fact]
    public async Task What_reached_nobody_may_be_tried_more_often_than_what_failed()
    {
        var options = Constant with { MaximumAttempts = 1, ConnectAttempts = 4 };
        var rig = new RetryRig(options).Then(Unreached, 3).Then(Good);
        Assert.Equal(200, (await rig.RunToEndAsync()).Value!.Status);
        Assert.Equal(4, rig.Attempts.Count);

        rig = new RetryRig(options).Then(Unreached, 9);
        await rig.RunToEndAsync();
        Assert.Equal(4, rig.Attempts.Count);

        rig = new RetryRig(options).Then(Unreached).Then(Broken).Then(Good);
        Assert.Same(Broken.Exception, (await rig.RunToEndAsync()).Exception);
    }

    [Theory]
    [InlineData(RejectionKind.CircuitOpen, 1)]
    [InlineData(RejectionKind.RateLimited, 1)]
    [InlineData(RejectionKind.BulkheadFull, 1)]
    [InlineData(RejectionKind.LoadShed, 1)]
    [InlineData(RejectionKind.DeadlineSpent, 1)]
    [InlineData(RejectionKind.TimedOut, 2)]
    [InlineData(RejectionKind.FaultInjected, 2)]
    public async Task Of_rejections_only_those_that_tell_of_a_failure_are_repeated(RejectionKind kind, int attempts)
    {
        var rig = new RetryRig(Constant).Then(Outcome<Answer>.Of(new Rejection(kind, "x", "No."))).Then(Good);
        await rig.RunToEndAsync();
        Assert.Equal(attempts, rig.Attempts.Count);
    }

    [Fact]
    public async Task A_circuit_that_opens_between_two_attempts_ends_the_call()
    {
        var open = Outcome<Answer>.Of(new Rejection(RejectionKind.CircuitOpen, "breaker", "Open."));
        var rig = new RetryRig().Then(Broken).Then(open).Then(Good);

        Assert.Equal(RejectionKind.CircuitOpen, (await rig.RunToEndAsync()).Rejection?.Kind);
    }

    [Fact]
    public async Task A_call_that_may_happen_only_once_is_repeated_only_where_it_reached_nobody()
    {
        var once = new CallOptions { Once = true };

        var failed = new RetryRig().Then(Broken).Then(Good);
        Assert.True((await failed.RunToEndAsync(once)).IsFailure);
        Assert.Single(failed.Attempts);

        var timedOut = new RetryRig().Then(Outcome<Answer>.Of(new Rejection(RejectionKind.TimedOut, "x", "Late."))).Then(Good);
        Assert.NotNull((await timedOut.RunToEndAsync(once)).Rejection);

        var unreached = new RetryRig().Then(Unreached).Then(Good);
        Assert.Equal(200, (await unreached.RunToEndAsync(once)).Value!.Status);
    }

    [Fact]
    public async Task The_wait_is_at_least_what_the_called_one_asks_for()
    {
        var throttled = Outcome<Answer>.Of(new Answer(429), Verdict.Throttled);
        var rig = new RetryRig(retryAfter: outcome => outcome.HasValue ? Seconds(7) : null).Then(throttled).Then(Broken).Then(Good);

        await rig.RunToEndAsync();

        Assert.Equal([Seconds(0), Seconds(7), Seconds(8)], rig.Attempts.Select(attempt => attempt.At));
    }

    [Fact]
    public async Task A_rejection_says_itself_when_to_come_again()
    {
        var late = Outcome<Answer>.Of(new Rejection(RejectionKind.TimedOut, "x", "Late.") { Wait = Seconds(9) });
        var rig = new RetryRig().Then(late).Then(Good);

        await rig.RunToEndAsync();

        Assert.Equal(Seconds(9), rig.Attempts[1].At);
    }

    [Theory]
    [InlineData(61)]
    [InlineData(1e11)]
    public async Task Asked_to_wait_too_long_it_ends_at_once(double seconds)
    {
        var rig = new RetryRig(retryAfter: _ => Seconds(seconds)).Then(Broken).Then(Good);

        var running = rig.RunAsync();

        Assert.True(running.IsCompleted);
        Assert.True((await running).IsFailure);
        Assert.Equal("retries-exhausted", Assert.Single(rig.Events).Name);
    }

    [Theory]
    [InlineData(0.9, 1)]
    [InlineData(1.0, 1)]
    [InlineData(1.1, 2)]
    public async Task It_does_not_sleep_into_the_end_of_the_total_time(double total, int attempts)
    {
        var rig = new RetryRig(Constant, total: Seconds(total)).Then(Broken).Then(Good);
        await rig.RunToEndAsync();
        Assert.Equal(attempts, rig.Attempts.Count);
    }

    [Fact]
    public async Task It_does_not_sleep_into_the_ambient_deadline()
    {
        var rig = new RetryRig(Constant).Then(Broken, 2).Then(Good);
        using var deadline = Deadline.In(rig.Clock, Seconds(1.5)).Enter();

        Assert.True((await rig.RunToEndAsync()).IsFailure);

        Assert.Equal(2, rig.Attempts.Count);
        Assert.Contains("does not fit", rig.Events[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_while_it_waits_it_ends_at_once_and_says_nothing_of_the_called_one()
    {
        using var source = new CancellationTokenSource();
        var last = new Answer(500);
        var rig = new RetryRig().Then(Outcome<Answer>.Of(last, Verdict.Failure)).Then(Good);
        var running = rig.RunAsync(default, source.Token);
        Assert.False(running.IsCompleted);

        await source.CancelAsync();

        var outcome = await running;
        Assert.Equal(Verdict.Neutral, outcome.Verdict);
        Assert.Equal(source.Token, Assert.IsType<OperationCanceledException>(outcome.Exception).CancellationToken);
        Assert.True(last.IsDisposed);
    }

    [Fact]
    public async Task A_call_that_fails_while_its_caller_gives_up_is_not_repeated()
    {
        using var source = new CancellationTokenSource();
        var rig = new RetryRig(Constant with { BaseDelay = TimeSpan.Zero })
            .Then(() =>
            {
                source.Cancel();
                return Broken;
            })
            .Then(Good);

        Assert.Same(Broken.Exception, (await rig.RunAsync(default, source.Token)).Exception);
        Assert.Empty(rig.Events);
    }

    [Fact]
    public async Task A_value_that_is_not_returned_is_disposed_of_and_the_one_that_is_is_not()
    {
        Answer[] answers = [new(500), new(503), new(500)];
        var rig = new RetryRig();
        foreach (var answer in answers)
        {
            rig.Then(Outcome<Answer>.Of(answer, Verdict.Failure));
        }

        Assert.Same(answers[2], (await rig.RunToEndAsync()).Value);
        Assert.Equal([true, true, false], answers.Select(answer => answer.IsDisposed));
    }

    [Fact]
    public async Task An_attempt_that_ends_later_is_repeated_too()
    {
        var attempts = 0;
        var pipeline = new ResiliencePipelineBuilder<int>("inventory").AddRetry(new RetryOptions { BaseDelay = TimeSpan.Zero }).Build();

        var value = await pipeline.ExecuteAsync(async _ =>
        {
            await Task.Yield();
            return ++attempts < 3 ? throw new IOException() : attempts;
        });

        Assert.Equal(3, value);
    }

    [Fact]
    public async Task A_thousand_and_twenty_four_attempts_are_made_with_waits_under_the_cap()
    {
        var rig = new RetryRig(new RetryOptions { MaximumAttempts = 1_024, BaseDelay = TimeSpan.MaxValue, Backoff = Backoff.Exponential, MaximumDelay = Seconds(3) })
            .Then(Broken, 1_024);

        await rig.RunToEndAsync();

        Assert.Equal((1_024, Seconds(3 * 1_023)), rig.Attempts[^1]);
    }

    [Fact]
    public void Impossible_options_are_refused_all_at_once_and_the_chain_prints_its_retries()
    {
        var options = new RetryOptions { MaximumAttempts = 0, BaseDelay = Seconds(-1), Backoff = (Backoff)9, MaximumDelay = TimeSpan.MaxValue, MaximumRetryAfter = Seconds(-1) };
        Assert.Equal(5, options.Validate().Count);
        Assert.Throws<ArgumentException>(() => new ResiliencePipelineBuilder<int>("x").AddRetry(options));
        Assert.Equal("x: retry 3x full jitter from 1 s -> call", new ResiliencePipelineBuilder<int>("x").AddRetry().Build().ToString());
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
