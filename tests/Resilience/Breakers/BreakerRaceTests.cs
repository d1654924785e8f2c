using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Tests.Breakers;

public sealed class BreakerRaceTests : BreakerTest
{
    private const int Threads = 8;

    [Fact]
    public void Counts_are_exact_while_threads_race_and_buckets_turn()
    {
        var breaker = NewBreaker(new() { ConsecutiveFailures = 0, FailureRate = 0 });
        Race(thread =>
        {
            for (var call = 0; call < 5_000; call++)
            {
                Call(breaker, call % 4 == 0 ? Verdict.Failure : Verdict.Success);
                if (call % 100 == thread)
                {
                    Clock.Advance(TimeSpan.FromMilliseconds(7));
                }
            }
        });

        Assert.Equal((Threads * 5_000L, Threads * 1_250L, 0L), (breaker.Report().Allowed, breaker.Report().Failures, breaker.Report().Blocked));
        var inWindow = breaker.Report().Calls;
        Assert.InRange(inWindow, 0, Threads * 5_000);
        Pass(11);
        Assert.Equal((0, Threads * 5_000L), (breaker.Report().Calls, breaker.Report().Allowed));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public void Counts_are_exact_while_breakers_are_forced_and_reset_under_load(int countWindow)
    {
        var breaker = NewBreaker(new() { CountWindow = countWindow });
        var (allowed, refused, bad) = (0L, 0L, 0L);
        Race(thread =>
        {
            for (var call = 0; call < 4_000; call++)
            {
                if (Enter(breaker) is not { } entry)
                {
                    Interlocked.Increment(ref refused);
                }
                else
                {
                    var verdict = (Verdict)(call % 5);
                    Exit(breaker, entry, verdict);
                    Interlocked.Increment(ref allowed);
                    Interlocked.Add(ref bad, verdict >= Verdict.Throttled ? 1 : 0);
                }

                Disturb(breaker, thread, call);
            }
        });

        Assert.Equal((allowed, refused, bad), (breaker.Report().Allowed, breaker.Report().Blocked, breaker.Report().Failures));
        Assert.True(refused > 0);
    }

    [Fact]
    public void Never_more_probes_than_permits_are_under_way()
    {
        var breaker = NewBreaker(new() { SuccessThreshold = int.MaxValue });
        breaker.ForceOpen(TimeSpan.FromSeconds(1));
        Pass(1);
        var (running, most, passed) = (0, 0, 0);
        Race(_ =>
        {
            for (var call = 0; call < 5_000; call++)
            {
                if (Enter(breaker) is { } entry)
                {
                    var now = Interlocked.Increment(ref running);
                    for (var seen = most; now > seen; seen = Interlocked.CompareExchange(ref most, now, seen))
                    {
                    }

                    Interlocked.Increment(ref passed);
                    Thread.Yield();
                    Interlocked.Decrement(ref running);
                    Exit(breaker, entry, call % 3 == 0 ? Verdict.Neutral : Verdict.Success);
                }
            }
        });

        Assert.InRange(most, 1, 3);
        Assert.Equal((passed, Threads * 5_000L - passed), (breaker.Report().Allowed, breaker.Report().Blocked));
        Assert.Equal(BreakerState.HalfOpen, breaker.State);
    }

    [Theory]
    [InlineData(40, 0, 0)]
    [InlineData(0, 0.5, 0)]
    [InlineData(0, 0.5, 64)]
    public void A_threshold_that_is_reached_trips_however_the_failures_race(int row, double rate, int countWindow)
    {
        for (var round = 0; round < 200; round++)
        {
            var breaker = NewBreaker(new() { ConsecutiveFailures = row, FailureRate = rate, MinimumCalls = 40, CountWindow = countWindow });
            var entries = Enumerable.Range(0, 40).Select(_ => Enter(breaker)).ToArray();
            Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = Threads }, call => Exit(breaker, entries[call], Verdict.Failure));
            Assert.Equal((BreakerState.Open, 40L), (breaker.State, breaker.Report().Allowed));
            Assert.Single(breaker.Report().Transitions);
        }
    }

    [Fact]
    public void A_phase_ends_once_however_many_see_its_end()
    {
        for (var round = 0; round < 60; round++)
        {
            var breaker = NewBreaker(new() { Probes = 8, SuccessThreshold = 4 });
            Trip(breaker);
            Pass(30);
            var entered = 0;
            Race(_ =>
            {
                if (Enter(breaker) is { } entry)
                {
                    Interlocked.Increment(ref entered);
                    Exit(breaker, entry, Verdict.Success);
                }
            });

            Assert.Equal(Threads, entered);
            Assert.Equal([BreakerState.Closed, BreakerState.HalfOpen, BreakerState.Open], breaker.Report().Transitions.Select(one => one.To));
        }
    }

    private static void Disturb(CircuitBreaker breaker, int thread, int call)
    {
        switch (call % 500)
        {
            case 100 when thread == 0:
                breaker.Isolate();
                break;
            case 200 when thread == 1:
                breaker.Reset();
                break;
            case 300 when thread == 2:
                breaker.ForceOpen(TimeSpan.Zero);
                break;
            case 400 when thread == 3:
                breaker.ForceClose();
                break;
        }
    }

    private static void Race(Action<int> run)
    {
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() => run(number))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
    }
}
