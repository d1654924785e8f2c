using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Tests.Breakers;

public sealed class RecoveryTests : BreakerTest
{
    [Fact]
    public void Three_probes_at_once_and_three_successes_close_it()
    {
        var breaker = NewBreaker();
        Trip(breaker);
        Pass(29.9);
        Assert.Null(Enter(breaker));
        Pass(0.1);
        Assert.Equal(BreakerState.HalfOpen, breaker.State);

        var probes = new[] { Enter(breaker), Enter(breaker), Enter(breaker) };
        Assert.All(probes, probe => Assert.True(probe!.Value.IsProbe));
        Assert.Null(Enter(breaker));
        foreach (var probe in probes)
        {
            Assert.Equal(BreakerState.HalfOpen, breaker.State);
            Exit(breaker, probe, Verdict.Success);
        }

        Assert.Equal((BreakerState.Closed, "3 probes succeeded"), (breaker.State, breaker.Report().Reason));
        Assert.Equal(["circuit-open", "circuit-half-open", "circuit-closed"], Events.Select(one => one.Name));
    }

    [Theory]
    [InlineData(Verdict.Failure)]
    [InlineData(Verdict.Throttled)]
    public void One_failed_probe_opens_it_again(Verdict verdict)
    {
        var breaker = NewBreaker();
        Trip(breaker);
        Pass(30);
        Call(breaker, Verdict.Success, Verdict.Success, verdict);
        Assert.Equal((BreakerState.Open, TimeSpan.FromSeconds(30)), (breaker.State, breaker.Report().RetryAfter));
    }

    [Fact]
    public void A_neutral_probe_gives_its_permit_back()
    {
        var breaker = NewBreaker(new() { Probes = 1, SuccessThreshold = 1 });
        Trip(breaker);
        Pass(30);
        Call(breaker, Verdict.Neutral, Verdict.Neutral);
        Assert.Equal(BreakerState.HalfOpen, breaker.State);
        Call(breaker, Verdict.Success);
        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Fact]
    public void A_probe_that_never_comes_back_frees_its_permit_after_the_open_duration_and_counts_no_more()
    {
        var breaker = NewBreaker(new() { Probes = 1, SuccessThreshold = 2 });
        Trip(breaker);
        Pass(30);
        var lost = Enter(breaker);
        Pass(29.9);
        Assert.Null(Enter(breaker));
        Pass(0.1);
        var next = Enter(breaker);
        Assert.NotNull(next);

        Exit(breaker, lost, Verdict.Failure);
        Assert.Equal(BreakerState.HalfOpen, breaker.State);
        Assert.Null(Enter(breaker));
        Exit(breaker, next, Verdict.Success);
        Call(breaker, Verdict.Success);
        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Fact]
    public void Openings_in_a_row_grow_to_a_maximum_and_begin_anew_after_a_close()
    {
        var breaker = NewBreaker(new() { OpenDuration = TimeSpan.FromSeconds(10), OpenGrowth = 3, MaximumOpenDuration = TimeSpan.FromSeconds(60), SuccessThreshold = 1 });
        Trip(breaker);
        foreach (var seconds in new[] { 10, 30, 60, 60 })
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), breaker.Report().RetryAfter);
            Pass(seconds);
            Call(breaker, Verdict.Failure);
        }

        Pass(60);
        Call(breaker, Verdict.Success);
        Trip(breaker);
        Assert.Equal(TimeSpan.FromSeconds(10), breaker.Report().RetryAfter);
    }

    [Fact]
    public void While_open_a_share_of_calls_passes_and_changes_nothing()
    {
        var chance = new GivenChance { Value = 0.1 };
        var breaker = NewBreaker(new() { OpenShare = 0.1 }, random: chance);
        Trip(breaker);
        Assert.Null(Enter(breaker));
        chance.Value = 0.09;
        Call(breaker, Verdict.Success, Verdict.Success, Verdict.Success, Verdict.Failure);
        Assert.Equal((BreakerState.Open, 9L, 1L), (breaker.State, breaker.Report().Allowed, breaker.Report().Blocked));
    }

    [Fact]
    public void After_closing_the_share_that_passes_grows_evenly()
    {
        var chance = new GivenChance();
        var breaker = NewBreaker(new() { RampFor = TimeSpan.FromSeconds(10), SuccessThreshold = 1 }, random: chance);
        Trip(breaker);
        Pass(30);
        Call(breaker, Verdict.Success);
        for (var second = 0; second < 10; second++)
        {
            chance.Value = second / 10.0;
            Assert.Null(Enter(breaker));
            chance.Value = (second / 10.0) - 0.01;
            Assert.Equal(second > 0, Enter(breaker) is not null);
            Pass(1);
        }

        chance.Value = 0.999;
        Assert.NotNull(Enter(breaker));
    }

    [Fact]
    public void A_forced_opening_ends_by_itself_and_an_isolation_does_not()
    {
        var breaker = NewBreaker();
        breaker.ForceOpen(TimeSpan.FromMinutes(2), "deployment");
        Assert.Equal((BreakerState.ForcedOpen, true, "deployment"), (breaker.State, breaker.Report().Forced, breaker.Report().Reason));
        Assert.Equal(TimeSpan.FromMinutes(2), breaker.Rejection.RetryAfter);
        Pass(120);
        Assert.Equal(BreakerState.HalfOpen, breaker.State);

        breaker.Isolate();
        Pass(1_000_000);
        Assert.Null(Enter(breaker));
        Assert.Null(breaker.Rejection.RetryAfter);
        breaker.Reset();
        Assert.Equal((BreakerState.Closed, false), (breaker.State, breaker.Report().Forced));
        Call(breaker, Verdict.Success);
    }

    [Fact]
    public void Forced_closed_it_counts_and_never_opens()
    {
        var breaker = NewBreaker();
        Trip(breaker);
        breaker.ForceClose();
        Call(breaker, [.. Enumerable.Repeat(Verdict.Failure, 100)]);
        Assert.Equal((BreakerState.ForcedClosed, 1.0, 105L), (breaker.State, breaker.Report().FailureRate, breaker.Report().Failures));
        breaker.Reset();
        Assert.Equal(0, breaker.Report().Calls);
        Trip(breaker);
        Assert.Equal(BreakerState.Open, breaker.State);
    }

    [Fact]
    public void The_last_twenty_transitions_are_kept_the_newest_first()
    {
        var breaker = NewBreaker();
        for (var turn = 0; turn < 30; turn++)
        {
            breaker.Reset($"turn {turn}");
            Pass(1);
        }

        var transitions = breaker.Report().Transitions;
        Assert.Equal(Enumerable.Range(10, 20).Reverse().Select(turn => $"turn {turn}"), transitions.Select(one => one.Reason));
        Assert.Equal(TimeSpan.FromSeconds(1), transitions[0].At - transitions[1].At);
    }

    [Fact]
    public void An_outage_that_lasts_is_told_once()
    {
        var breaker = NewBreaker(new() { SuccessThreshold = 1 });
        Trip(breaker);
        for (var probe = 0; probe < 30; probe++)
        {
            Pass(30);
            Call(breaker, Verdict.Failure);
        }

        var told = Assert.Single(Events, one => one.Name == "circuit-open-too-long");
        Assert.Equal((TimeSpan.FromMinutes(5), "inventory"), (told.Wait, told.Pipeline));
        Pass(30);
        Call(breaker, Verdict.Success);
        Assert.Equal(TimeSpan.FromSeconds(31 * 30), Events[^1].Wait);
        Pass(1_000);
        Trip(breaker);
        Pass(300);
        Assert.Equal(2, Events.Count(one => one.Name == "circuit-open-too-long"));
    }
}
