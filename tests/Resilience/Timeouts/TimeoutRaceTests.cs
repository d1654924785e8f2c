using Portolan.Resilience.Execution;
using Portolan.Resilience.Timeouts;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Timeouts;

public sealed class TimeoutRaceTests
{
    private readonly VirtualClock clock = new();
    private readonly PipelineScope scope;

    public TimeoutRaceTests() => scope = new PipelineScope("inventory", clock, Random.Shared);

    [Fact]
    public async Task Of_a_value_and_the_time_exactly_one_wins_and_no_value_is_lost()
    {
        var pipeline = new ResiliencePipelineBuilder<Resource>(scope).AddTotalTimeout(TimeSpan.FromSeconds(10)).AddAttemptTimeout(TimeSpan.FromSeconds(1)).Build();
        var wins = 0;
        const int rounds = 2_000;
        for (var round = 0; round < rounds; round++)
        {
            var answer = new TaskCompletionSource<Resource>();
            var resource = new Resource();
            var running = pipeline.TryExecuteAsync(
                static (call, answer) =>
                {
                    // A countdown that has struck before must never come back.
                    Assert.False(call.CancellationToken.IsCancellationRequested);
                    return new ValueTask<Resource>(answer.Task);
                },
                answer).AsTask();
            await RaceAsync(round, () => answer.SetResult(resource), () => clock.Advance(TimeSpan.FromSeconds(1)));

            var outcome = await running;
            Assert.Equal(outcome.HasValue, ReferenceEquals(outcome.Value, resource));
            Assert.Equal(outcome.HasValue ? 0 : 1, resource.Disposals);
            Assert.True(outcome.HasValue || outcome.Rejection?.Kind == RejectionKind.TimedOut);
            wins += outcome.HasValue ? 1 : 0;
        }

        Assert.InRange(wins, 1, rounds - 1);
    }

    [Fact]
    public void However_starts_stops_and_the_clock_interleave_no_moment_is_missed_and_none_strikes_early()
    {
        var pool = new CountdownPool(clock);
        Parallel.For(0, 4, thread =>
        {
            var call = ResilienceCall<int, int>.Rent(scope, new Pool<ResilienceCall>(), static (_, _) => ValueTask.FromResult(0), 0);
            for (var round = 0; round < 3_000; round++)
            {
                call.Begin(default, default);
                var countdown = pool.Rent();
                var until = call.Timestamp + scope.Timestamps(TimeSpan.FromMilliseconds(1 + ((round * 7) % 50)));
                countdown.Start(call, until);
                var token = call.CancellationToken;

                // Some stay until their moment, most are done at once; all of them move the clock. The others may have moved
                // it while the timer was set, and it fires that much later.
                var stays = round % 10 == thread;
                do
                {
                    clock.Advance(TimeSpan.FromMilliseconds(1));
                }
                while (stays && !token.IsCancellationRequested && clock.GetTimestamp() < until + TimeSpan.TicksPerMinute);

                // Another thread may be about to fire the timer that it took.
                Assert.True(!stays || SpinWait.SpinUntil(() => token.IsCancellationRequested, TimeSpan.FromSeconds(30)));
                var struck = countdown.Stop(call, out var reusable);
                Assert.True(struck || !stays);
                Assert.True(!struck || clock.GetTimestamp() >= until);
                Assert.True(!reusable || !token.IsCancellationRequested);
                Assert.NotEqual(struck, reusable);
                if (reusable)
                {
                    pool.Return(countdown);
                }
            }
        });
    }

    [Fact]
    public async Task A_countdown_that_is_stopped_in_time_is_never_cancelled_afterwards()
    {
        var hand = new HandClock();
        using var stopping = new CancellationTokenSource();
        var firing = Task.Run(() =>
        {
            while (!stopping.IsCancellationRequested)
            {
                hand.TickAndFire();
            }
        });

        var call = ResilienceCall<int, int>.Rent(new PipelineScope("x", hand, Random.Shared), new Pool<ResilienceCall>(), static (_, _) => ValueTask.FromResult(0), 0);
        var countdown = new Countdown(hand);
        for (var round = 0; round < 20_000; round++)
        {
            // Every other time it is far off: what cancels it then was meant for the time before.
            call.Begin(default, default);
            var until = call.Timestamp + (round % 2 == 0 ? 1 : 1_000_000_000);
            countdown.Start(call, until);
            var token = call.CancellationToken;
            for (var spin = 0; spin < 1_000 && round % 2 == 0 && hand.GetTimestamp() < until; spin++)
            {
                // When the moment has just come, the timer is about to look.
            }

            Thread.SpinWait(round % 8);
            var struck = countdown.Stop(call, out var reusable);
            Assert.NotEqual(struck, reusable);
            Assert.True(struck || !token.IsCancellationRequested);
            Assert.True(!struck || round % 2 == 0);
            if (struck)
            {
                countdown.Dispose();
                countdown = new Countdown(hand);
            }
        }

        await stopping.CancelAsync();
        await firing;
        countdown.Dispose();
    }

    [Fact]
    public async Task Callers_that_give_up_while_a_call_ends_leave_no_cancelled_countdown_behind()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope).AddTotalTimeout(TimeSpan.FromSeconds(10)).AddAttemptTimeout(TimeSpan.FromSeconds(1)).Build();
        for (var round = 0; round < 2_000; round++)
        {
            using var source = new CancellationTokenSource();
            var answer = new TaskCompletionSource<int>();
            var running = pipeline.TryExecuteAsync(
                static (call, given) =>
                {
                    Assert.Equal(given.source.IsCancellationRequested, call.CancellationToken.IsCancellationRequested);
                    return new ValueTask<int>(given.answer.Task);
                },
                (source, answer),
                default,
                source.Token).AsTask();
            await RaceAsync(round, source.Cancel, () => answer.SetResult(round));

            Assert.Equal(round, (await running).Value);
        }
    }

    // Some rounds are no race, so that either end comes up; in the others one side is given a start, more or less.
    private static async Task RaceAsync(int round, Action one, Action other)
    {
        if (round % 100 < 2)
        {
            (round % 100 == 0 ? one : other)();
            (round % 100 == 0 ? other : one)();
            return;
        }

        using var together = new Barrier(2);
        var racing = Task.Run(() =>
        {
            together.SignalAndWait();
            Thread.SpinWait(round % 2 * (round % 400));
            one();
        });
        together.SignalAndWait();
        Thread.SpinWait((round + 1) % 2 * (round % 400));
        other();
        await racing;
    }

    private sealed class Resource : IDisposable
    {
        private int disposals;

        public int Disposals => disposals;

        public void Dispose() => Interlocked.Increment(ref disposals);
    }
}
