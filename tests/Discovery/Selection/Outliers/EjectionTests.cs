using FsCheck;
using FsCheck.Fluent;
using Portolan.Discovery.Selection;
using Portolan.Resilience;

namespace Portolan.Discovery.Tests.Selection.Outliers;

public sealed class EjectionTests
{
    private static readonly Gen<(int Endpoint, int Verdict, int Pause)> Steps =
        from endpoint in Gen.Choose(0, 29) from verdict in Gen.Choose(0, 9) from pause in Gen.Choose(0, 3_000) select (endpoint, verdict, pause);

    [Fact]
    public void Five_failures_in_a_row_eject_for_half_a_minute()
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, 4);
        fleet.Call(fleet["i-1"], Verdict.Failure, 4);
        Assert.Contains("i-1", fleet.Eligible);
        fleet.Call(fleet["i-1"], Verdict.Unreached);
        Assert.DoesNotContain("i-1", fleet.Spread(100).Keys);
        var ejected = Assert.Single(fleet.Events);
        Assert.Equal(("ejected", TimeSpan.FromSeconds(30), "i-1 at 127.0.0.1:5000: 5 failures in a row"), (ejected.Name, ejected.Wait, ejected.Detail));

        fleet.Clock.Advance(TimeSpan.FromSeconds(29.9));
        Assert.DoesNotContain("i-1", fleet.Spread(100).Keys);
        fleet.Clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Contains("i-1", fleet.Spread(100).Keys);
        Assert.Equal("returned", fleet.Events[^1].Name);
    }

    [Fact]
    public void A_success_in_between_begins_anew_and_what_says_nothing_does_not()
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, 4);
        for (var round = 0; round < 10; round++)
        {
            fleet.Call(fleet["i-1"], Verdict.Failure, 4);
            fleet.Call(fleet["i-1"], Verdict.Success);
        }

        Assert.False(fleet["i-1"].Ejected);
        fleet.Call(fleet["i-1"], Verdict.Failure, 4);
        fleet.Call(fleet["i-1"], Verdict.Throttled, 9);
        fleet.Call(fleet["i-1"], Verdict.Neutral, 9);
        Assert.False(fleet["i-1"].Ejected);
        fleet.Call(fleet["i-1"], Verdict.Failure);
        Assert.True(fleet["i-1"].Ejected);
    }

    [Fact]
    public void Each_time_it_is_longer_up_to_five_minutes_and_good_intervals_shorten_it_again()
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, 4);
        var bad = fleet["i-0"];
        for (var time = 1; time <= 12; time++)
        {
            Assert.Equal(TimeSpan.FromSeconds(Math.Min(time * 30, 300)), EjectAndReturn(fleet, bad));
        }

        for (var interval = 0; interval < 10; interval++)
        {
            fleet.Clock.Advance(TimeSpan.FromSeconds(10));
            fleet.Call(bad, Verdict.Success);
        }

        // Twelve times, of which ten are forgiven.
        Assert.Equal(TimeSpan.FromSeconds(90), EjectAndReturn(fleet, bad));
    }

    [Fact]
    public void What_was_sent_before_the_ejection_and_fails_later_does_not_lengthen_it_nor_count_afterwards()
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, 4);
        fleet.Call(fleet["i-0"], Verdict.Failure, 5);
        fleet.Clock.Advance(TimeSpan.FromSeconds(29));
        fleet.Call(fleet["i-0"], Verdict.Failure, 9);
        fleet.Clock.Advance(TimeSpan.FromSeconds(1));
        fleet.Pick();
        Assert.False(fleet["i-0"].Ejected);
        fleet.Call(fleet["i-0"], Verdict.Failure, 4);
        Assert.False(fleet["i-0"].Ejected);
    }

    [Theory]
    [InlineData(1, 0.1, 1)]
    [InlineData(9, 0.1, 1)]
    [InlineData(10, 0.1, 1)]
    [InlineData(30, 0.1, 3)]
    [InlineData(30, 0, 1)]
    [InlineData(30, 1, 30)]
    public void However_bad_it_gets_only_so_many_are_out(int count, double share, int allowed)
    {
        var options = new SelectionOptions { Ejection = new() { LargestShare = share, LongestTime = TimeSpan.FromSeconds(60) } };
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20), Prop.ForAll(Steps.ArrayOf(200).ToArbitrary(), steps =>
        {
            var fleet = new Fleet(options, Fleet.Many(count));
            foreach (var (endpoint, verdict, pause) in steps)
            {
                fleet.Call(fleet[$"i-{endpoint % count}"], verdict == 0 ? Verdict.Success : Verdict.Failure, 3);
                fleet.Clock.Advance(TimeSpan.FromMilliseconds(pause));
                if (fleet.TryPick() is null || fleet.All.Count(one => one.Ejected) > allowed)
                {
                    return false;
                }
            }

            return fleet.Events.Exists(told => told.Name == "ejected");
        }));
    }

    [Fact]
    public void One_that_succeeds_less_often_than_the_others_is_ejected()
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, 5);
        Interval(fleet, 100, bad: 0.5);
        Assert.True(fleet["i-0"].Ejected);
        Assert.Contains("50.0 % successes, 90.0 % on average", fleet.Events[0].Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 100, 0.5)]
    [InlineData(5, 99, 0.5)]
    [InlineData(5, 100, 1)]
    public void Shares_are_not_compared_among_few_endpoints_or_few_calls_and_equals_stay(int count, int calls, double bad)
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, count);
        Interval(fleet, calls, bad);
        Assert.DoesNotContain(fleet.All, endpoint => endpoint.Ejected);
    }

    [Fact]
    public void When_all_are_equally_bad_nobody_is_ejected_for_it()
    {
        var fleet = new Fleet(new SelectionOptions { Ejection = new() { FailuresInARow = 0 } }, Fleet.Many(10));
        foreach (var endpoint in fleet.All)
        {
            fleet.Call(endpoint, Verdict.Failure, 200);
        }

        fleet.Clock.Advance(TimeSpan.FromSeconds(10));
        fleet.Call(fleet["i-3"], Verdict.Failure);
        Assert.Empty(fleet.Events);
    }

    [Fact]
    public void A_clock_that_goes_backwards_keeps_nobody_out_for_long()
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, 4);
        fleet.Call(fleet["i-1"], Verdict.Failure, 5);
        var earlier = fleet.Clock.GetTimestamp() - TimeSpan.FromDays(365).Ticks;
        Assert.NotNull(fleet.Endpoints.Pick(new PickContext(earlier)));
        Assert.False(fleet["i-1"].Ejected);
        fleet["i-1"].Begin();
        fleet["i-1"].End(Verdict.Success, TimeSpan.FromSeconds(-1), earlier);
        Assert.NotNull(fleet.Endpoints.Pick(new PickContext(long.MaxValue)));
        Assert.NotNull(fleet.Endpoints.Pick(new PickContext(0)));
    }

    private static TimeSpan EjectAndReturn(Fleet fleet, Endpoint bad)
    {
        fleet.Call(bad, Verdict.Failure, 5);
        Assert.True(bad.Ejected);
        var time = fleet.Events[^1].Wait;
        fleet.Clock.Advance(time);
        fleet.Pick();
        Assert.False(bad.Ejected);
        return time;
    }

    // The first succeeds so often, the others always; never five failures in a row.
    private static void Interval(Fleet fleet, int calls, double bad)
    {
        for (var call = 0; call < calls; call++)
        {
            foreach (var endpoint in fleet.All)
            {
                fleet.Call(endpoint, endpoint == fleet.All[0] && call % 2 >= bad * 2 ? Verdict.Failure : Verdict.Success);
            }
        }

        fleet.Clock.Advance(TimeSpan.FromSeconds(10));
        fleet.Call(fleet.All[^1], Verdict.Success);
    }
}
