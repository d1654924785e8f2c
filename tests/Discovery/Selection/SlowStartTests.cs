using Portolan.Discovery.Selection;
using Portolan.Resilience;
using Portolan.Testing;

namespace Portolan.Discovery.Tests.Selection;

public sealed class SlowStartTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(0, 1, 0.1)]
    [InlineData(3, 1, 0.1)]
    [InlineData(30, 1, 0.5)]
    [InlineData(54, 1, 0.9)]
    [InlineData(60, 1, 1)]
    [InlineData(61, 1, 1)]
    [InlineData(-1, 1, 1)]
    [InlineData(15, 2, 0.5)]
    [InlineData(30, 0.5, 0.25)]
    public void The_share_grows_from_a_tenth_to_all(int seconds, double aggression, double share)
    {
        var slowStart = new SlowStart(
            new SelectionOptions { SlowStart = Window, SlowStartAggression = aggression }, new PipelineScope("inventory", new VirtualClock(), Random.Shared));
        Assert.Equal(share, slowStart.Share(TimeSpan.FromSeconds(seconds).Ticks), 9);
    }

    [Theory]
    [InlineData(LoadBalancing.RoundRobin)]
    [InlineData(LoadBalancing.Random)]
    [InlineData(LoadBalancing.Weighted)]
    [InlineData(LoadBalancing.LeastRequests)]
    [InlineData(LoadBalancing.PowerOfTwo)]
    [InlineData(LoadBalancing.PeakEwma)]
    [InlineData(LoadBalancing.RingHash)]
    [InlineData(LoadBalancing.Maglev)]
    public void A_new_endpoint_gets_its_share_whatever_the_policy(string policy)
    {
        var fleet = Grown(policy);
        fleet.Clock.Advance(TimeSpan.FromSeconds(15));
        var before = fleet.Spread(20_000)["i-9"];
        fleet.Clock.Advance(TimeSpan.FromSeconds(45));
        var after = fleet.Spread(20_000)["i-9"];

        // A quarter of what an old one gets, then the same: of 9 1/4 and of 10. The hashes are not that exact.
        Assert.InRange(before, 20_000 * 0.25 / 9.25 * 0.8, 20_000 * 0.25 / 9.25 * 1.25);
        Assert.InRange(after, 2_000 * 0.8, 2_000 * 1.25);
    }

    [Theory]
    [InlineData(LoadBalancing.RingHash)]
    [InlineData(LoadBalancing.Maglev)]
    public void A_key_moves_to_a_new_endpoint_once(string policy)
    {
        var fleet = Grown(policy);
        var keys = Enumerable.Range(0, 1_000).Select(number => $"{number}").ToList();
        var there = new HashSet<string>();
        for (var step = 0; step <= 20; step++)
        {
            var now = keys.Where(key => fleet.PickId(key) == "i-9").ToHashSet();
            Assert.True(now.IsSupersetOf(there));
            there = now;
            fleet.Clock.Advance(Window / 20);
        }

        Assert.InRange(there.Count, 70, 130);
    }

    [Fact]
    public void Who_was_there_from_the_start_is_not_new()
    {
        var fleet = new Fleet(Options(LoadBalancing.RoundRobin), Fleet.Many(2));
        var spread = fleet.Spread(100);
        Assert.Equal(50, spread["i-0"]);
    }

    [Fact]
    public void Who_becomes_healthy_again_is_new_again()
    {
        var fleet = new Fleet(Options(LoadBalancing.RoundRobin), Fleet.Instance("a"), Fleet.Instance("b"));
        fleet.Refresh(Fleet.Instance("a"), Fleet.Instance("b", healthy: false));
        fleet.Clock.Advance(TimeSpan.FromHours(1));
        fleet.Refresh(Fleet.Instance("a"), Fleet.Instance("b"));
        Assert.InRange(fleet.Spread(1_000)["b"], 50, 130);
    }

    [Fact]
    public void Where_all_are_new_nobody_is_left_without_calls()
    {
        var fleet = new Fleet(Options(LoadBalancing.RoundRobin), Fleet.Instance("old"));
        fleet.Refresh(Fleet.Many(3));
        Assert.Equal(3, fleet.Spread(300).Count);
    }

    private static Fleet Grown(string policy)
    {
        var fleet = new Fleet(Options(policy), Fleet.Many(9));
        fleet.Refresh(Fleet.Many(10));
        return fleet;
    }

    private static SelectionOptions Options(string policy) => new() { Policy = policy, SlowStart = Window };
}
