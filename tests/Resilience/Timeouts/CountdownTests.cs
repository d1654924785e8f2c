using Portolan.Resilience.Execution;
using Portolan.Resilience.Timeouts;

namespace Portolan.Resilience.Tests.Timeouts;

public sealed class CountdownTests
{
    private readonly CountingClock clock = new();
    private readonly PipelineScope scope;

    public CountdownTests() => scope = new PipelineScope("inventory", clock, Random.Shared);

    [Fact]
    public async Task The_timer_is_touched_once_for_as_long_as_a_time_out_lasts()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope).AddTotalTimeout(TimeSpan.FromSeconds(30)).Build();
        for (var call = 0; call < 3_000; call++)
        {
            await pipeline.ExecuteAsync(static (_, state) => ValueTask.FromResult(state), 1);
            clock.Virtual.Advance(TimeSpan.FromMilliseconds(20));
        }

        // A minute: it slept at 30 s, because nothing was under way at that moment, and was woken by the next call.
        Assert.InRange(clock.Timers, 1, Environment.ProcessorCount);
        Assert.InRange(clock.Changes, 2 * clock.Timers - 1, 3 * clock.Timers);
    }

    [Fact]
    public void A_timer_that_fires_too_early_waits_for_the_rest()
    {
        using var countdown = new Countdown(clock);
        var call = Call();
        Started(countdown, call, 30);
        Assert.False(countdown.Stop(call, out _));
        clock.Virtual.Advance(TimeSpan.FromSeconds(20));
        var token = Started(countdown, call, 30);

        clock.Virtual.Advance(TimeSpan.FromSeconds(29));
        Assert.False(token.IsCancellationRequested);
        clock.Virtual.Advance(TimeSpan.FromSeconds(1));
        Assert.True(token.IsCancellationRequested);
        Assert.True(countdown.Stop(call, out var reusable));
        Assert.False(reusable);
    }

    [Fact]
    public void An_earlier_moment_than_the_timer_waits_for_sets_it_again()
    {
        using var countdown = new Countdown(clock);
        var call = Call();
        Started(countdown, call, 30);
        countdown.Stop(call, out _);

        var token = Started(countdown, call, 1);
        clock.Virtual.Advance(TimeSpan.FromSeconds(1));

        Assert.True(token.IsCancellationRequested);
    }

    [Fact]
    public void A_call_that_ends_while_the_timer_looks_at_its_moment_ended_in_time()
    {
        var (hand, countdown, call) = ByHand();
        countdown.Start(call, call.Timestamp + 5);
        var (token, struck, reusable) = (call.CancellationToken, false, false);
        hand.OnNextRead(() => struck = countdown.Stop(call, out reusable));

        hand.TickAndFire(5);

        Assert.Equal((false, true, false), (struck, reusable, token.IsCancellationRequested));
    }

    [Fact]
    public void A_call_that_begins_while_the_timer_looks_at_the_one_before_gets_its_own_moment()
    {
        var (hand, countdown, call) = ByHand();
        countdown.Start(call, call.Timestamp + 5);
        hand.OnNextRead(() =>
        {
            Assert.False(countdown.Stop(call, out _));
            call.TimePassed();
            countdown.Start(call, call.Timestamp + (30 * TimeSpan.TicksPerSecond));
        });

        hand.TickAndFire(5);

        var token = call.CancellationToken;
        Assert.False(token.IsCancellationRequested);
        Assert.Equal(TimeSpan.FromSeconds(30), hand.Armed);
        hand.TickAndFire(30 * TimeSpan.TicksPerSecond);
        Assert.True(token.IsCancellationRequested);
        Assert.True(countdown.Stop(call, out _));
    }

    [Fact]
    public void A_call_that_begins_when_the_timer_has_gone_to_sleep_wakes_it()
    {
        var (hand, countdown, call) = ByHand();
        countdown.Start(call, call.Timestamp + TimeSpan.TicksPerSecond);
        countdown.Stop(call, out _);
        hand.TickAndFire(TimeSpan.TicksPerSecond);

        call.TimePassed();
        countdown.Start(call, call.Timestamp + TimeSpan.TicksPerMinute);

        Assert.Equal(TimeSpan.FromMinutes(1), hand.Armed);
    }

    [Fact]
    public void A_moment_that_comes_while_the_call_is_stopped_finds_nothing_to_strike()
    {
        var (hand, countdown, call) = ByHand();
        countdown.Start(call, call.Timestamp + 5);
        var token = call.CancellationToken;
        Assert.False(countdown.Stop(call, out var reusable));
        hand.TickAndFire(5);
        hand.TickAndFire(5);
        Assert.True(reusable);
        Assert.False(token.IsCancellationRequested);
    }

    [Fact]
    public void What_a_call_registered_and_forgot_does_not_run_for_the_next_one()
    {
        using var countdown = new Countdown(clock);
        var call = Call();
        var forgotten = false;
        Started(countdown, call, 30).Register(() => forgotten = true);
        countdown.Stop(call, out var reusable);
        Assert.True(reusable);

        Started(countdown, call, 30);
        clock.Virtual.Advance(TimeSpan.FromSeconds(30));

        Assert.False(forgotten);
    }

    [Fact]
    public void The_caller_and_the_clock_race_and_one_of_them_wins()
    {
        using var countdown = new Countdown(clock);
        using var source = new CancellationTokenSource();
        var call = Call(source.Token);
        Started(countdown, call, 30);
        source.Cancel();
        clock.Virtual.Advance(TimeSpan.FromSeconds(30));
        Assert.False(countdown.Stop(call, out var reusable));
        Assert.False(reusable);
        Assert.Equal(source.Token, call.CancellationToken);

        using var late = new CancellationTokenSource();
        using var second = new Countdown(clock);
        call.CancellationToken = late.Token;
        Started(second, call, 30);
        clock.Virtual.Advance(TimeSpan.FromSeconds(30));
        late.Cancel();
        Assert.True(second.Stop(call, out reusable));
        Assert.False(reusable);
    }

    [Fact]
    public void A_token_that_is_cancelled_already_cancels_at_once()
    {
        using var countdown = new Countdown(clock);
        var call = Call(new CancellationToken(canceled: true));
        Assert.True(Started(countdown, call, 30).IsCancellationRequested);
        Assert.False(countdown.Stop(call, out var reusable));
        Assert.False(reusable);
    }

    [Fact]
    public async Task A_countdown_does_not_keep_what_flowed_with_its_first_call()
    {
        var ambient = new AsyncLocal<string?> { Value = "first call" };
        using var countdown = new Countdown(TimeProvider.System);
        ambient.Value = null;
        var seen = new TaskCompletionSource<string?>();
        var call = ResilienceCall<int, int>.Rent(new PipelineScope("x", TimeProvider.System, Random.Shared), new Pool<ResilienceCall>(), static (_, _) => default, 0);
        call.Begin(default, default);
        countdown.Start(call, call.Timestamp + 1);
        using var registration = call.CancellationToken.UnsafeRegister(_ => seen.TrySetResult(ambient.Value), null);

        Assert.Null(await seen.Task);
    }

    [Fact]
    public void A_pool_gives_back_what_it_got_and_makes_what_is_missing()
    {
        var pool = new CountdownPool(clock);
        var many = Enumerable.Range(0, 2_000).Select(_ => pool.Rent()).ToList();
        Assert.Equal(2_000, many.Distinct().Count());
        many.ForEach(pool.Return);

        var again = Enumerable.Range(0, 2_000).Select(_ => pool.Rent()).ToList();
        Assert.Equal(2_000, again.Distinct().Count());
        Assert.InRange(again.Intersect(many).Count(), 1_024, 1_024 + Environment.ProcessorCount);
    }

    private static (HandClock Clock, Countdown Countdown, ResilienceCall Call) ByHand()
    {
        var hand = new HandClock();
        var call = ResilienceCall<int, int>.Rent(new PipelineScope("x", hand, Random.Shared), new Pool<ResilienceCall>(), static (_, _) => ValueTask.FromResult(0), 0);
        call.Begin(default, default);
        return (hand, new Countdown(hand), call);
    }

    private CancellationToken Started(Countdown countdown, ResilienceCall call, double seconds)
    {
        call.TimePassed();
        countdown.Start(call, call.Timestamp + scope.Timestamps(TimeSpan.FromSeconds(seconds)));
        return call.CancellationToken;
    }

    private ResilienceCall<int, int> Call(CancellationToken token = default)
    {
        var call = ResilienceCall<int, int>.Rent(scope, new Pool<ResilienceCall>(), static (_, _) => ValueTask.FromResult(0), 0);
        call.Begin(default, token);
        return call;
    }
}
