using Portolan.Core.Deadlines;
using Portolan.Resilience.Retry;
using Portolan.Resilience.Timeouts;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Timeouts;

public sealed class TimeoutTests
{
    private readonly VirtualClock clock = new();
    private readonly List<ResilienceEvent> events = [];
    private readonly PipelineScope scope;

    public TimeoutTests() => scope = new PipelineScope("inventory", clock, Random.Shared, events.Add);

    [Fact]
    public async Task A_call_that_ends_in_time_gives_its_value_and_its_token_was_never_cancelled()
    {
        var answer = new TaskCompletionSource<int>();
        var token = default(CancellationToken);
        var running = Total(5).ExecuteAsync(given =>
        {
            token = given;
            return new ValueTask<int>(answer.Task);
        }).AsTask();

        clock.Advance(Seconds(4.999));
        answer.SetResult(42);

        Assert.Equal(42, await running);
        clock.Advance(Seconds(100));
        Assert.True(token.CanBeCanceled);
        Assert.False(token.IsCancellationRequested);
        Assert.Empty(events);
    }

    [Fact]
    public async Task A_call_that_takes_too_long_is_cancelled_and_counts_as_a_failure()
    {
        var running = Try(Total(5), WaitForCancellation);
        clock.Advance(Seconds(4.999));
        Assert.False(running.IsCompleted);

        clock.Advance(Seconds(0.001));

        var outcome = await running;
        Assert.Equal((RejectionKind.TimedOut, "total timeout"), (outcome.Rejection?.Kind, outcome.Rejection?.Strategy));
        Assert.Equal(Verdict.Failure, outcome.Verdict);
        Assert.Contains("5000 ms", outcome.Rejection!.Reason, StringComparison.Ordinal);
        var happened = Assert.Single(events);
        Assert.Equal(("timed-out", Seconds(5)), (happened.Name, happened.Wait));
    }

    [Fact]
    public async Task A_caller_that_gives_up_finds_its_own_token_and_nothing_counts()
    {
        using var source = new CancellationTokenSource();
        var running = Try(Total(5), WaitForCancellation, source.Token);

        await source.CancelAsync();

        var outcome = await running;
        Assert.Equal(Verdict.Neutral, outcome.Verdict);
        Assert.Equal(source.Token, Assert.IsType<OperationCanceledException>(outcome.Exception, exactMatch: false).CancellationToken);
        Assert.Empty(events);
    }

    [Fact]
    public async Task What_comes_after_the_time_is_a_time_out_whatever_it_is()
    {
        var late = new Resource();
        var answer = new TaskCompletionSource<Resource>();
        var pipeline = new ResiliencePipelineBuilder<Resource>(scope).AddAttemptTimeout(Seconds(5)).Build();

        var running = pipeline.TryExecuteAsync(static (_, answer) => new ValueTask<Resource>(answer.Task), answer).AsTask();
        clock.Advance(Seconds(7));
        answer.SetResult(late);

        Assert.Equal(RejectionKind.TimedOut, (await running).Rejection?.Kind);
        Assert.True(late.IsDisposed);

        var failing = Try(Total(5), async token =>
        {
            try
            {
                return await WaitForCancellation(token);
            }
            catch (OperationCanceledException)
            {
                throw new IOException("torn down");
            }
        });
        clock.Advance(Seconds(5));
        Assert.Equal(RejectionKind.TimedOut, (await failing).Rejection?.Kind);
    }

    [Fact]
    public async Task A_value_is_kept_when_the_caller_gives_up_after_it_came()
    {
        using var source = new CancellationTokenSource();
        var outcome = await Total(5).TryExecuteAsync(
            static (_, source) =>
            {
                source.Cancel();
                return ValueTask.FromResult(42);
            },
            source,
            default,
            source.Token);

        Assert.Equal(42, outcome.Value);
    }

    [Fact]
    public async Task Each_attempt_has_its_time_and_all_of_them_together_theirs()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope)
            .AddTotalTimeout(Seconds(25))
            .AddRetry(new RetryOptions { BaseDelay = TimeSpan.Zero, MaximumAttempts = 5 })
            .AddAttemptTimeout(Seconds(10))
            .Build();
        Assert.Equal("inventory: total timeout 25 s -> retry 5x full jitter from 0 s -> attempt timeout 10 s -> call", pipeline.ToString());

        var running = Try(pipeline, WaitForCancellation);
        for (var second = 1; second <= 25; second++)
        {
            Assert.False(running.IsCompleted);
            clock.Advance(Seconds(1));
        }

        Assert.Equal("total timeout", (await running).Rejection?.Strategy);
        Assert.Equal(
            [("timed-out", 1), ("retry", 1), ("timed-out", 2), ("retry", 2), ("timed-out", 3)],
            events.Select(happened => (happened.Name, happened.Attempt)));
        Assert.Equal("total timeout", events[^1].Strategy);
    }

    [Fact]
    public async Task With_a_deadline_that_has_passed_nothing_is_called()
    {
        using var deadline = Deadline.In(clock, Seconds(1)).Enter();
        clock.Advance(Seconds(1));

        var outcome = await Try(Total(5), _ => throw new InvalidOperationException("called"));

        Assert.Equal(RejectionKind.DeadlineSpent, outcome.Rejection?.Kind);
        Assert.Equal(Verdict.Neutral, outcome.Verdict);
        Assert.Equal("deadline-spent", Assert.Single(events).Name);
    }

    [Fact]
    public async Task An_ambient_deadline_that_comes_first_counts_and_the_call_can_tell_what_is_left()
    {
        using var deadline = Deadline.In(clock, Seconds(2)).Enter();
        var left = new List<TimeSpan>();
        var pipeline = new ResiliencePipelineBuilder<int>(scope).AddTotalTimeout(Seconds(5)).AddAttemptTimeout(Seconds(1.5)).Build();

        var running = pipeline.TryExecuteAsync(
            static (call, left) =>
            {
                left.Add(call.Remaining);
                return WaitForCancellation(call.CancellationToken);
            },
            left).AsTask();
        clock.Advance(Seconds(1.5));

        Assert.Equal("attempt timeout", (await running).Rejection?.Strategy);
        Assert.Equal([Seconds(1.5)], left);

        var last = Try(Total(5), WaitForCancellation);
        clock.Advance(Seconds(0.5));
        Assert.Equal("total timeout", (await last).Rejection?.Strategy);
    }

    [Fact]
    public async Task Without_an_end_the_callback_gets_the_callers_own_token()
    {
        using var source = new CancellationTokenSource();
        foreach (var none in (TimeSpan[])[Timeout.InfiniteTimeSpan, TimeSpan.MaxValue])
        {
            var pipeline = new ResiliencePipelineBuilder<bool>(scope).AddTotalTimeout(none).AddAttemptTimeout(none).Build();
            Assert.True(await pipeline.ExecuteAsync(token => ValueTask.FromResult(token == source.Token), source.Token));
        }
    }

    [Theory]
    [InlineData(60)]
    [InlineData(49.8)]
    public async Task A_time_longer_than_a_timer_bears_is_kept(double days)
    {
        var running = Try(new ResiliencePipelineBuilder<int>(scope).AddTotalTimeout(TimeSpan.FromDays(days)).Build(), WaitForCancellation);
        clock.Advance(TimeSpan.FromDays(days) - Seconds(1));
        Assert.False(running.IsCompleted);
        clock.Advance(Seconds(1));
        Assert.Equal(RejectionKind.TimedOut, (await running).Rejection?.Kind);
    }

    [Fact]
    public async Task On_the_systems_clock_a_waiting_callback_is_cancelled()
    {
        var pipeline = new ResiliencePipelineBuilder<int>("inventory").AddAttemptTimeout(TimeSpan.FromMilliseconds(3)).Build();
        for (var run = 0; run < 10; run++)
        {
            Assert.Equal(RejectionKind.TimedOut, (await Try(pipeline, WaitForCancellation)).Rejection?.Kind);
        }
    }

    [Fact]
    public async Task A_callback_on_the_token_that_throws_ends_neither_the_process_nor_the_time_out()
    {
        var running = Try(Total(5), token =>
        {
            token.Register(() => throw new FormatException());
            return WaitForCancellation(token);
        });

        clock.Advance(Seconds(5));

        Assert.Equal(RejectionKind.TimedOut, (await running).Rejection?.Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    public void No_time_at_all_is_refused(double seconds) =>
        Assert.Throws<ArgumentException>(() => new ResiliencePipelineBuilder<int>(scope).AddTotalTimeout(Seconds(seconds)));

    private ResiliencePipeline<int> Total(double seconds) => new ResiliencePipelineBuilder<int>(scope).AddTotalTimeout(Seconds(seconds)).Build();

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static Task<Outcome<int>> Try(ResiliencePipeline<int> pipeline, Func<CancellationToken, ValueTask<int>> callback, CancellationToken token = default) =>
        pipeline.TryExecuteAsync(static (call, callback) => callback(call.CancellationToken), callback, default, token).AsTask();

    private static async ValueTask<int> WaitForCancellation(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource<int>();
        await using (token.Register(() => cancelled.TrySetCanceled(token)))
        {
            return await cancelled.Task;
        }
    }

    private sealed class Resource : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
