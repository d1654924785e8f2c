using FsCheck;
using FsCheck.Fluent;
using Portolan.Discovery.Selection;
using Portolan.Discovery.Selection.Zones;
using Portolan.Resilience;

namespace Portolan.Discovery.Tests.Selection.Zones;

public sealed class ZoneTests
{
    private static readonly string[] Names = ["a", "b", "c", "d"];

    [Fact]
    public void Every_zone_gets_what_it_can_carry_and_keeps_its_own_as_far_as_it_can()
    {
        var counts = Gen.Choose(0, 20).ArrayOf(4).Where(all => all.Sum() > 0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(counts.ToArbitrary(), counts.ToArbitrary(), (endpoints, callers) =>
        {
            var capacities = Where(endpoints);
            var load = Where(callers);
            var arrives = Names.ToDictionary(zone => zone, zone => load.Sum(caller =>
                caller.Value * ZoneShares.Of(caller.Key, capacities, load).GetValueOrDefault(zone)));
            return Names.All(zone => Math.Abs(
                    (arrives[zone] / callers.Sum()) - (capacities.GetValueOrDefault(zone) / endpoints.Sum())) < 1e-9)
                && load.All(caller => Math.Abs(
                    ZoneShares.Of(caller.Key, capacities, load).GetValueOrDefault(caller.Key)
                    - Math.Min(1, capacities.GetValueOrDefault(caller.Key) / endpoints.Sum() / (caller.Value / callers.Sum()))) < 1e-9);
        }));
    }

    [Fact]
    public void While_the_own_zone_carries_its_callers_nothing_leaves_it()
    {
        var fleet = Zoned("a", 4, 2, 2);
        Assert.Equal(4, fleet.Spread(400).Count);
        Assert.All(fleet.Spread(400).Keys, id => Assert.StartsWith("a", id, StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_own_zone_cannot_carry_spills_over_and_every_endpoint_gets_the_same()
    {
        var fleets = new[] { Zoned("a", 2, 4, 6), Zoned("b", 2, 4, 6), Zoned("c", 2, 4, 6) };
        var spread = fleets.SelectMany(fleet => fleet.Spread(12_000)).GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Sum(entry => entry.Value));
        Assert.Equal(12, spread.Count);
        Assert.All(spread.Values, count => Assert.InRange(count, 2_800, 3_200));
    }

    [Fact]
    public void The_callers_of_a_zone_that_are_known_count_and_not_those_that_are_assumed()
    {
        // Three of four callers live in a: it can take half of the whole load, which is two thirds of its own.
        var options = new SelectionOptions { Zone = "a" };
        var fleet = new Fleet(options);
        fleet.Endpoints.Refresh(
            Fleet.Snapshot(Instances(4, 4)),
            Fleet.Snapshot(Fleet.Instance("1", zone: "a"), Fleet.Instance("2", zone: "a"), Fleet.Instance("3", zone: "a"), Fleet.Instance("4", zone: "b")));
        Assert.InRange(fleet.Spread(12_000).Where(entry => entry.Key[0] == 'a').Sum(entry => entry.Value), 7_800, 8_200);
    }

    [Theory]
    [InlineData(LoadBalancing.RoundRobin, 3, 2)]
    [InlineData(LoadBalancing.RingHash, 4, 4)]
    [InlineData(LoadBalancing.Maglev, 4, 4)]
    public void Zones_do_not_matter_to_few_endpoints_or_by_key(string policy, int here, int there)
    {
        var fleet = new Fleet(new SelectionOptions { Zone = "a", Policy = policy }, Instances(here, there));
        Assert.Equal(here + there, fleet.Spread(2_000).Count);
    }

    [Fact]
    public void In_a_panic_zones_do_not_matter()
    {
        var fleet = new Fleet(new SelectionOptions { Zone = "a" }, [.. Instances(4, 4).Select((instance, index) => instance with { Healthy = index == 0 })]);
        Assert.Equal(8, fleet.Spread(100).Count);
    }

    [Fact]
    public void A_second_attempt_leaves_a_zone_that_has_only_one()
    {
        var fleet = Zoned("a", 3, 3);
        fleet.Refresh([Fleet.Instance("a0", zone: "a"), .. Enumerable.Range(0, 5).Select(index => Fleet.Instance($"b{index}", zone: "b"))]);
        Assert.NotSame(fleet["a0"], fleet.Pick(avoid: fleet["a0"]));
    }

    [Fact]
    public void Without_an_endpoint_in_the_own_zone_all_go_elsewhere() => Assert.Equal(8, Zoned("x", 4, 4).Spread(200).Count);

    [Fact]
    public void When_endpoints_of_the_own_zone_fail_it_can_carry_less()
    {
        var fleet = new Fleet(new SelectionOptions { Zone = "a", Ejection = new() { LargestShare = 0.5 } }, Instances(4, 4));
        Assert.DoesNotContain(fleet.Spread(200).Keys, id => id[0] == 'b');
        fleet.Call(fleet["a0"], Verdict.Failure, 5);
        fleet.Call(fleet["a1"], Verdict.Failure, 5);

        // Two of six endpoints and half of the callers: two thirds stay.
        Assert.InRange(fleet.Spread(12_000).Where(entry => entry.Key[0] == 'a').Sum(entry => entry.Value), 7_800, 8_200);
    }

    private static Fleet Zoned(string own, params int[] counts) => new(new SelectionOptions { Zone = own }, Instances(counts));

    private static ServiceInstance[] Instances(params int[] counts) =>
        [.. counts.SelectMany((count, zone) => Enumerable.Range(0, count).Select(index => Fleet.Instance($"{Names[zone]}{index}", zone: Names[zone])))];

    private static Dictionary<string, double> Where(int[] counts) =>
        Names.Index().Where(zone => counts[zone.Index] > 0).ToDictionary(zone => zone.Item, zone => (double)counts[zone.Index]);
}
