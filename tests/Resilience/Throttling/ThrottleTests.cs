using Portolan.Resilience.RateLimiting;
using Portolan.Resilience.Throttling;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Throttling;

/// <summary>One call every 100 ms, and a line for the others.</summary>
public sealed class ThrottleTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private readonly VirtualClock clock = new();
    private readonly List<ResilienceEvent> events = [];
    private readonly List<string> served = [];
    private readonly PipelineScope scope;

    public ThrottleTests() => scope = new PipelineScope("inventory", clock, Random.Shared, heard =>
    {
        lock (events)
        {
            events.Add(heard);
        }
    });

    [Fact]
    public async Task A_call_over_the_rate_waits_for_its_turn()
    {
        using var throttle = Create();
        var pipeline = Build(throttle);
        Assert.True((await Call(pipeline, "first")).HasValue);

        var second = Call(pipeline, "second");
        var third = Call(pipeline, "third");
        clock.Advance(Tick - TimeSpan.FromMilliseconds(1));
        Assert.False(second.IsCompleted);
        Assert.Equal(2, throttle.Waiting);

        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((await second).HasValue);
        Assert.False(third.IsCompleted);
        clock.Advance(Tick);
        Assert.True((await third).HasValue);
        Assert.Equal(["first", "second", "third"], served);
        Assert.Equal([Tick, 2 * Tick], events.Where(heard => heard.Name == "delayed").Select(heard => heard.Wait));
    }

    [Fact]
    public async Task The_more_important_call_overtakes_and_equals_keep_their_order()
    {
        using var throttle = Create();
        var pipeline = Build(throttle);
        await Call(pipeline, "first");

        Task<Outcome<int>>[] waiting =
        [
            Call(pipeline, "low 1", CallPriority.Low), Call(pipeline, "normal 1"), Call(pipeline, "high 1", CallPriority.High), Call(pipeline, "normal 2"),
            Call(pipeline, "critical 1", CallPriority.Critical), Call(pipeline, "high 2", CallPriority.High), Call(pipeline, "low 2", CallPriority.Low),
        ];
        int[] order = [4, 2, 5, 1, 3, 0, 6];
        foreach (var next in order)
        {
            clock.Advance(Tick);
            Assert.True((await waiting[next]).HasValue);
        }

        Assert.Equal(["first", "critical 1", "high 1", "high 2", "normal 1", "normal 2", "low 1", "low 2"], served);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_the_maximum()
    {
        using var throttle = Create(maximumWait: TimeSpan.FromMilliseconds(250));
        var pipeline = Build(throttle);
        await Call(pipeline, "first");
        var waiting = Enumerable.Range(0, 4).Select(index => Call(pipeline, $"{index}")).ToList();

        clock.Advance(TimeSpan.FromMilliseconds(250));

        Assert.True((await waiting[0]).HasValue && (await waiting[1]).HasValue);
        var rejection = (await waiting[2]).Rejection!;
        Assert.Equal((RejectionKind.RateLimited, "line", TimeSpan.FromMilliseconds(50)), (rejection.Kind, rejection.Strategy, rejection.RetryAfter));
        Assert.Contains("did not come within the longest wait", rejection.Reason, StringComparison.Ordinal);
        Assert.False((await waiting[3]).HasValue);
        Assert.Equal(0, throttle.Waiting);
    }

    [Fact]
    public async Task A_turn_that_comes_at_the_last_moment_is_taken()
    {
        using var throttle = Create(maximumWait: Tick);
        var pipeline = Build(throttle);
        await Call(pipeline, "first");
        var waiting = Call(pipeline, "second");
        clock.Advance(Tick);
        Assert.True((await waiting).HasValue);
    }

    [Fact]
    public async Task When_the_line_is_full_the_last_of_the_least_important_gives_way()
    {
        using var throttle = Create(queue: 3);
        var pipeline = Build(throttle);
        await Call(pipeline, "first");
        var normal = Call(pipeline, "normal");
        var low = Call(pipeline, "low 1", CallPriority.Low);
        var lower = Call(pipeline, "low 2", CallPriority.Low);

        var equal = await Call(pipeline, "low 3", CallPriority.Low);
        Assert.Contains("full of calls that are at least as important", equal.Rejection!.Reason, StringComparison.Ordinal);
        Assert.Equal(3, throttle.Waiting);

        var high = Call(pipeline, "high", CallPriority.High);
        Assert.Contains("A more important call took the place", (await lower).Rejection!.Reason, StringComparison.Ordinal);
        Assert.False(low.IsCompleted || normal.IsCompleted || high.IsCompleted);

        var another = Call(pipeline, "normal 2");
        Assert.False((await low).HasValue);
        Assert.False((await Call(pipeline, "normal 3")).HasValue);
        clock.Advance(3 * Tick);
        await Task.WhenAll(high, normal, another);
        Assert.All([high, normal, another], call => Assert.True(call.Result.HasValue));
    }

    [Fact]
    public async Task Cancelled_in_the_line_a_call_leaves_it_and_the_others_move_up()
    {
        using var throttle = Create();
        using var cancel = new CancellationTokenSource();
        var pipeline = Build(throttle);
        await Call(pipeline, "first");
        var leaves = pipeline.TryExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, default, cancel.Token).AsTask();
        var stays = Call(pipeline, "stays");

        await cancel.CancelAsync();

        var outcome = await leaves;
        Assert.Equal(Verdict.Neutral, outcome.Verdict);
        Assert.IsType<OperationCanceledException>(outcome.Exception, exactMatch: false);
        Assert.Equal(1, throttle.Waiting);
        clock.Advance(Tick);
        Assert.True((await stays).HasValue);
    }

    [Fact]
    public async Task When_the_one_that_waits_for_much_leaves_the_cheaper_one_behind_it_goes_at_once()
    {
        var limiter = Limiter.Create(new RateLimitOptions { Permits = 10, Burst = 10 }, clock);
        using var throttle = new Throttle(new ThrottleOptions(), limiter);
        using var cancel = new CancellationTokenSource();
        var pipeline = new ResiliencePipelineBuilder<int>(scope).AddThrottle(throttle, call => int.Parse(call.Key!, null)).Build();
        Assert.True((await Cost(pipeline, "8")).HasValue);
        var dear = Cost(pipeline, "10", cancel.Token);
        var cheap = Cost(pipeline, "2");
        Assert.Equal(2, throttle.Waiting);

        await cancel.CancelAsync();

        Assert.True((await cheap).HasValue);
        Assert.Equal(Verdict.Neutral, (await dear).Verdict);
        var never = (await Cost(pipeline, "11")).Rejection!;
        Assert.Null(never.RetryAfter);
    }

    [Fact]
    public async Task Disposed_while_somebody_waits_everybody_is_refused()
    {
        var throttle = Create();
        var pipeline = Build(throttle);
        await Call(pipeline, "first");
        var waiting = Call(pipeline, "second");

        throttle.Dispose();

        Assert.Contains("closed", (await waiting).Rejection!.Reason, StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await Call(pipeline, "third")).HasValue);
    }

    [Theory]
    [InlineData(0, 1_000)]
    [InlineData(10, 0)]
    public async Task Without_a_line_or_without_time_a_call_over_the_rate_is_refused_at_once(int queue, int milliseconds)
    {
        using var throttle = Create(queue, TimeSpan.FromMilliseconds(milliseconds));
        var pipeline = Build(throttle);
        Assert.True((await Call(pipeline, "first")).HasValue);
        var second = Call(pipeline, "second");
        Assert.True(second.IsCompleted);
        Assert.Equal(RejectionKind.RateLimited, (await second).Rejection!.Kind);
    }

    [Fact]
    public void Options_are_checked_and_for_ever_is_a_wait()
    {
        var limiter = Limiter.Create(new RateLimitOptions(), clock);
        Assert.Throws<ArgumentException>(() => new Throttle(new ThrottleOptions { QueueLimit = -1, MaximumWait = -Tick }, limiter));
        using var patient = Create(maximumWait: TimeSpan.MaxValue);
        Assert.Equal(2, new ThrottleOptions { Name = " ", QueueLimit = -1 }.Validate().Count);
    }

    [Fact]
    public async Task With_all_the_time_in_the_world_a_call_still_gets_its_turn()
    {
        using var throttle = Create(maximumWait: TimeSpan.MaxValue);
        var pipeline = Build(throttle);
        await Call(pipeline, "first");
        var second = Call(pipeline, "second");
        clock.Advance(Tick);
        Assert.True((await second).HasValue);
    }

    private Throttle Create(int queue = 10, TimeSpan? maximumWait = null) => new(
        new ThrottleOptions { Name = "line", QueueLimit = queue, MaximumWait = maximumWait ?? TimeSpan.FromSeconds(10) },
        Limiter.Create(new RateLimitOptions { Name = "stock", Permits = 10, Burst = 1 }, clock));

    private ResiliencePipeline<int> Build(Throttle throttle) => new ResiliencePipelineBuilder<int>(scope).AddThrottle(throttle).Build();

    private Task<Outcome<int>> Call(ResiliencePipeline<int> pipeline, string name, CallPriority priority = CallPriority.Normal) => pipeline.TryExecuteAsync(
        static (_, state) =>
        {
            lock (state.served)
            {
                state.served.Add(state.name);
            }

            return ValueTask.FromResult(1);
        },
        (served, name),
        new CallOptions { Priority = priority },
        Token).AsTask();

    private static Task<Outcome<int>> Cost(ResiliencePipeline<int> pipeline, string permits, CancellationToken cancellationToken = default) =>
        pipeline.TryExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, new CallOptions { Key = permits }, cancellationToken).AsTask();
}
