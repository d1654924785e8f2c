using FsCheck;
using FsCheck.Fluent;
using Portolan.Discovery.Selection;
using Portolan.Resilience;

namespace Portolan.Discovery.Tests.Selection.Policies;

public sealed class ByLoadTests
{
    private static readonly Gen<(int Load, int Weight)[]> Loads =
        (from load in Gen.Choose(0, 9) from weight in Gen.Elements(1, 50, 100, 100, 100, 300) select (load, weight)).ArrayOf().Where(all => all.Length is > 0 and < 20);

    [Theory]
    [InlineData(LoadBalancing.PowerOfTwo)]
    [InlineData(LoadBalancing.PeakEwma)]
    public void Of_two_it_is_never_the_worse(string policy) => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Loads.ToArbitrary(), loads =>
    {
        var fleet = Loaded(policy, loads);

        // Whoever is worse than every other is the worse of any two.
        var worst = fleet.All.MaxBy(Cost)!;
        return loads.Length == 1
            || fleet.All.Count(endpoint => Cost(endpoint) >= Cost(worst) - 1e-9) > 1
            || Enumerable.Range(0, 50).All(_ => fleet.Pick() != worst);
    }));

    [Theory]
    [InlineData(LoadBalancing.PowerOfTwo)]
    [InlineData(LoadBalancing.PeakEwma)]
    public void Any_two_different_ones_are_compared(string policy)
    {
        // Of ten that are alike everyone is the first of a pair one time in ten, and wins.
        var spread = new Fleet(policy, 10).Spread(20_000);
        Assert.All(spread.Values, count => Assert.InRange(count, 1_800, 2_200));

        // Of two, both are always looked at.
        var two = Loaded(policy, [(3, 100), (2, 100)]);
        Assert.Equal(["i-1"], two.Spread(200).Keys);
    }

    [Fact]
    public void The_least_loaded_of_all_for_its_weight_is_found() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Loads.ToArbitrary(), loads =>
    {
        var fleet = Loaded(LoadBalancing.LeastRequests, loads);
        var least = fleet.All.Min(Cost);
        return Math.Abs(Cost(fleet.Pick()) - least) < 1e-9;
    }));

    [Fact]
    public void Of_several_least_loaded_ones_everyone_gets_calls() =>
        Assert.Equal(5, new Fleet(LoadBalancing.LeastRequests, 5).Spread(200).Count);

    [Fact]
    public void Twice_the_weight_carries_twice_as_much()
    {
        foreach (var policy in (string[])[LoadBalancing.PowerOfTwo, LoadBalancing.LeastRequests])
        {
            var fleet = Loaded(policy, [(0, 100), (0, 200)]);
            for (var call = 0; call < 300; call++)
            {
                fleet.Pick().Begin();
            }

            Assert.InRange(fleet["i-0"].InFlight, 99, 101);
        }
    }

    [Fact]
    public void The_slower_of_two_gets_what_the_faster_cannot_take()
    {
        var fleet = new Fleet(LoadBalancing.PeakEwma, 2);
        fleet.Call(fleet["i-0"], Verdict.Success, duration: TimeSpan.FromMilliseconds(100));
        fleet.Call(fleet["i-1"], Verdict.Success, duration: TimeSpan.FromMilliseconds(400));
        for (var call = 0; call < 10; call++)
        {
            fleet.Pick().Begin();
        }

        Assert.Equal((8, 2), (fleet["i-0"].InFlight, fleet["i-1"].InFlight));
    }

    [Theory]
    [InlineData(Verdict.Failure, null)]
    [InlineData(Verdict.Unreached, 0.0)]
    [InlineData(Verdict.Throttled, 2.0)]
    [InlineData(Verdict.Neutral, null)]
    public void An_endpoint_that_answers_fast_because_it_does_nothing_attracts_no_traffic(Verdict verdict, double? retryAfter)
    {
        var options = new SelectionOptions { Policy = LoadBalancing.PeakEwma, Ejection = new() { FailuresInARow = 0, Deviations = 0 } };
        var fleet = new Fleet(options, Fleet.Many(4));
        var bad = fleet["i-0"];
        var toBad = 0;
        for (var call = 0; call < 4_000; call++)
        {
            var endpoint = fleet.Pick();
            toBad += endpoint == bad ? 1 : 0;
            fleet.Clock.Advance(TimeSpan.FromMilliseconds(5));
            if (endpoint != bad)
            {
                fleet.Call(endpoint, Verdict.Success, duration: TimeSpan.FromMilliseconds(20));
            }
            else if (verdict == Verdict.Neutral)
            {
                // Others were faster and this attempt was given up, again and again.
                fleet.Call(endpoint, verdict, duration: TimeSpan.FromMilliseconds(900));
            }
            else
            {
                fleet.Call(endpoint, verdict, duration: TimeSpan.FromMilliseconds(1), retryAfter: retryAfter is { } wait ? TimeSpan.FromSeconds(wait) : null);
            }
        }

        Assert.InRange(toBad, 0, 40);
    }

    private static double Cost(Endpoint endpoint) => (endpoint.InFlight + 1.0) / endpoint.Weight;

    private static Fleet Loaded(string policy, (int Load, int Weight)[] loads)
    {
        var fleet = new Fleet(new SelectionOptions { Policy = policy }, Fleet.Many(loads.Length, index => loads[index].Weight));
        foreach (var (index, load) in loads.Index())
        {
            for (var call = 0; call < load.Load; call++)
            {
                fleet[$"i-{index}"].Begin();
            }
        }

        return fleet;
    }
}
