using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Tests.Breakers;

public sealed class CircuitBreakerTests : BreakerTest
{
    private const Verdict Good = Verdict.Success;
    private const Verdict Bad = Verdict.Failure;

    [Fact]
    public void A_breaker_opens_after_five_failures_in_a_row()
    {
        var breaker = NewBreaker();
        Call(breaker, Bad, Bad, Bad, Bad, Good, Bad, Verdict.Unreached, Bad, Bad);
        Assert.Equal(BreakerState.Closed, breaker.State);

        Call(breaker, Bad);
        var report = breaker.Report();
        Assert.Equal((BreakerState.Open, "5 failures in a row", TimeSpan.FromSeconds(30)), (report.State, report.Reason, report.RetryAfter));
        Assert.Null(Enter(breaker));
    }

    [Fact]
    public void A_breaker_opens_when_half_of_at_least_twenty_calls_failed()
    {
        var breaker = NewBreaker();
        for (var pair = 0; pair < 9; pair++)
        {
            Call(breaker, Good, Bad);
        }

        Call(breaker, Good);
        Assert.Equal(BreakerState.Closed, breaker.State);
        Call(breaker, Bad);
        Assert.Equal((BreakerState.Open, "10 of 20 calls failed within 10 s"), (breaker.State, breaker.Report().Reason));
        Assert.Equal((20, 0.5), (breaker.Report().Calls, breaker.Report().FailureRate));
    }

    [Fact]
    public void A_success_never_opens_it_even_when_it_completes_the_minimum()
    {
        var breaker = NewBreaker(new() { ConsecutiveFailures = 0 });
        Call(breaker, [.. Enumerable.Repeat(Bad, 19), Good]);
        Assert.Equal(BreakerState.Closed, breaker.State);
        Call(breaker, Bad);
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    public void Failures_leave_the_window_bucket_by_bucket()
    {
        var breaker = NewBreaker(new() { ConsecutiveFailures = 0, MinimumCalls = 10 });
        for (var second = 0; second < 9; second++)
        {
            Call(breaker, Bad);
            Pass(1);
        }

        Assert.Equal(9, breaker.Report().Calls);
        Pass(1);
        Assert.Equal(8, breaker.Report().Calls);
        Call(breaker, Bad);
        Assert.Equal(BreakerState.Closed, breaker.State);
        Call(breaker, Bad);
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    public void Throttled_counts_for_the_rate_and_leaves_the_row_as_it_is()
    {
        var breaker = NewBreaker();
        Call(breaker, Bad, Bad, Bad, Bad, Verdict.Throttled, Verdict.Throttled);
        Assert.Equal(BreakerState.Closed, breaker.State);
        Call(breaker, Bad);
        Assert.Equal(BreakerState.Open, breaker.State);

        breaker = NewBreaker();
        Call(breaker, [.. Enumerable.Repeat(Verdict.Throttled, 20)]);
        Assert.Equal((BreakerState.Open, 20L), (breaker.State, breaker.Report().Failures));
    }

    [Fact]
    public void Neutral_counts_for_nothing()
    {
        var breaker = NewBreaker();
        Call(breaker, Bad, Bad, Bad, Bad, Verdict.Neutral);
        Assert.Equal((4, 5L, 4L), (breaker.Report().Calls, breaker.Report().Allowed, breaker.Report().Failures));
        Call(breaker, Bad);
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    public void Over_a_count_window_only_the_last_calls_matter_whenever_they_were()
    {
        var breaker = NewBreaker(new() { CountWindow = 4, MinimumCalls = 4, ConsecutiveFailures = 0, FailureRate = 0.75 });
        foreach (var verdict in new[] { Bad, Bad, Good, Good, Bad, Good, Bad })
        {
            Call(breaker, verdict);
            Pass(3_600);
        }

        Assert.Equal((BreakerState.Closed, 4, 0.5), (breaker.State, breaker.Report().Calls, breaker.Report().FailureRate));
        Call(breaker, Bad);
        Assert.Equal("3 of 4 calls failed", breaker.Report().Reason);
    }

    [Fact]
    public void Slow_calls_open_it_although_they_succeed()
    {
        var breaker = NewBreaker(new() { SlowCall = TimeSpan.FromSeconds(2), SlowCallRate = 0.5, MinimumCalls = 4, Window = TimeSpan.FromMinutes(1) });
        Call(breaker, Good, Good);
        foreach (var seconds in new[] { 1.9, 2, 2 })
        {
            var entry = Enter(breaker);
            Pass(seconds);
            Exit(breaker, entry, Good);
        }

        Assert.Equal(BreakerState.Closed, breaker.State);
        var last = Enter(breaker);
        Pass(2.1);
        Exit(breaker, last, Good);
        Assert.Equal("3 of 6 calls took 00:00:02 or longer within 60 s", breaker.Report().Reason);
    }

    [Theory]
    [InlineData(true, "p95 is")]
    [InlineData(false, "p99 is")]
    public void A_percentile_over_its_threshold_opens_it(bool p95, string reason)
    {
        var limit = TimeSpan.FromMilliseconds(500);
        var breaker = NewBreaker(new() { Percentile95 = p95 ? limit : null, Percentile99 = p95 ? null : limit, Window = TimeSpan.FromMinutes(5) });
        for (var call = 0; call < 100; call++)
        {
            var entry = Enter(breaker);
            Pass(call < 90 ? 0.1 : 1);
            Assert.Equal(BreakerState.Closed, breaker.State);
            Exit(breaker, entry, Good);
            if (breaker.State == BreakerState.Open)
            {
                break;
            }
        }

        Assert.StartsWith(reason, breaker.Report().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void All_refusals_of_an_opening_are_one_object_that_counts_down()
    {
        var breaker = NewBreaker();
        Trip(breaker);
        breaker.TryEnter(Clock.GetTimestamp(), out var first);
        Pass(12);
        breaker.TryEnter(Clock.GetTimestamp(), out var second);

        Assert.Same(first.Refusal, second.Refusal);
        Assert.Same(first.Refusal, breaker.Rejection);
        Assert.Equal((RejectionKind.CircuitOpen, "inventory", TimeSpan.FromSeconds(18)), (first.Refusal!.Kind, first.Refusal.Strategy, first.Refusal.RetryAfter));
        Assert.Equal("Circuit 'inventory' is open: 5 failures in a row.", first.Refusal.Reason);
        Assert.Equal(2, breaker.Report().Blocked);
    }

    [Fact]
    public void What_began_before_a_transition_counts_for_nothing_after_it()
    {
        var breaker = NewBreaker();
        var early = Enumerable.Range(0, 8).Select(_ => Enter(breaker)).ToList();
        early[..5].ForEach(entry => Exit(breaker, entry, Bad));
        Assert.Equal(BreakerState.Open, breaker.State);

        Pass(30);
        var probe = Enter(breaker);
        early[5..].ForEach(entry => Exit(breaker, entry, Good));
        Assert.Equal(BreakerState.HalfOpen, breaker.State);
        Exit(breaker, probe, Good);
        Assert.Equal((BreakerState.HalfOpen, 9L), (breaker.State, breaker.Report().Allowed));
    }

    [Fact]
    public void Wrong_options_are_told_all_at_once()
    {
        var error = Assert.Throws<ArgumentException>(() => NewBreaker(new() { FailureRate = double.NaN, Probes = 0, CountWindow = 5, SlowCall = TimeSpan.Zero }));
        foreach (var option in new[] { "'inventory'", "FailureRate", "Probes", "CountWindow", "SlowCall" })
        {
            Assert.Contains(option, error.Message, StringComparison.Ordinal);
        }
    }
}
