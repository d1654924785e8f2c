using Portolan.Discovery.Selection;
using Portolan.Resilience;

namespace Portolan.Discovery.Tests.Selection;

public sealed class ServiceEndpointsTests
{
    public static TheoryData<string> Policies => [.. LoadBalancing.All];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Of_none_none_is_picked_and_of_one_the_one(string policy)
    {
        var fleet = new Fleet(policy, 0);
        Assert.Null(fleet.TryPick());
        Assert.Null(fleet.TryPick("key"));
        fleet.Refresh(Fleet.Instance("only"));
        Assert.Equal("only", fleet.PickId());

        // Even when it is the one to avoid, for there is no other.
        Assert.Equal("only", fleet.Pick("key", avoid: fleet["only"]).Instance.Id);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_one_to_avoid_is_avoided(string policy)
    {
        foreach (var count in (int[])[2, 3, 10])
        {
            var fleet = new Fleet(policy, count);
            for (var attempt = 0; attempt < 200; attempt++)
            {
                var first = fleet.Pick($"{attempt}");
                Assert.NotSame(first, fleet.Pick($"{attempt}", avoid: first));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Whoever_does_not_accept_calls_gets_none_while_another_does(string policy)
    {
        var closed = new HashSet<string> { "i-0", "i-1", "i-2" };
        var fleet = new Fleet(new SelectionOptions { Policy = policy, Accepts = endpoint => !closed.Contains(endpoint.Instance.Id) }, Fleet.Many(4));
        Assert.Equal(["i-3"], fleet.Spread(200).Keys);
        Assert.Equal("i-3", fleet.PickId("key"));

        // Nobody accepts: somebody has to say so.
        closed.Add("i-3");
        Assert.NotNull(fleet.TryPick("key"));
    }

    [Fact]
    public void Who_is_new_or_healthy_again_begins_anew()
    {
        var begun = new List<string>();
        var fleet = new Fleet(new SelectionOptions { Begins = endpoint => begun.Add(endpoint.ToString()) }, Fleet.Many(2));

        // Those that were there from the start are what they are; nobody knew them before.
        Assert.Empty(begun);
        fleet.Refresh(Fleet.Many(3));
        Assert.Equal([fleet["i-2"].ToString()], begun);
        fleet.Refresh([.. Fleet.Many(2), Fleet.Many(3)[2] with { Healthy = false }]);
        fleet.Refresh(Fleet.Many(3));
        Assert.Equal([fleet["i-2"].ToString(), fleet["i-2"].ToString()], begun);
        fleet.Refresh([.. Fleet.Many(2), Fleet.Many(3)[2] with { Port = 1 }]);
        Assert.Equal(3, begun.Count);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_weight_of_zero_gets_calls_only_when_all_have_it(string policy)
    {
        var fleet = new Fleet(new SelectionOptions { Policy = policy }, Fleet.Many(6, index => index < 2 ? 0 : 100));
        Assert.Equal(4, fleet.Spread(2_000).Count);
        fleet.Refresh(Fleet.Many(2, _ => 0));
        Assert.Equal(2, fleet.Spread(2_000).Count);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Ten_thousand_endpoints_are_no_trouble(string policy)
    {
        var fleet = new Fleet(policy, 10_000);
        Assert.Equal(10_000, fleet.Endpoints.Current.Eligible.Count);
        Assert.NotSame(fleet.Pick("key"), fleet.Pick("key", avoid: fleet.Pick("key")));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_pick_and_a_call_allocate_nothing(string policy)
    {
        var options = new SelectionOptions { Policy = policy, Zone = "a", SlowStart = TimeSpan.FromHours(1), Accepts = static endpoint => endpoint.InFlight < 10 };
        var fleet = new Fleet(options, [.. Enumerable.Range(0, 20).Select(index => Fleet.Instance($"i-{index}", index, index % 3 == 0 ? "a" : "b"))]);
        fleet.Refresh([.. Enumerable.Range(0, 21).Select(index => Fleet.Instance($"i-{index}", index + 1, index % 3 == 0 ? "a" : "b"))]);
        var now = fleet.Clock.GetTimestamp();
        Work(1_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Work(10_000);

        // Not nothing to the byte: what is compiled anew meanwhile may leave a trace.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);

        void Work(int calls)
        {
            for (var call = 0; call < calls; call++)
            {
                var endpoint = fleet.Endpoints.Pick(new PickContext(now, "tenant-7"))!;
                endpoint.Begin();
                endpoint.End(call % 10 == 0 ? Verdict.Throttled : Verdict.Success, TimeSpan.FromMilliseconds(3), now);
            }
        }
    }

    [Fact]
    public void An_endpoint_stays_the_same_while_its_instance_stays_at_its_address()
    {
        var fleet = new Fleet(LoadBalancing.Weighted, 3);
        var (first, second) = (fleet["i-0"], fleet["i-1"]);
        first.Begin();
        fleet.Refresh(Fleet.Instance("i-0", weight: 7, zone: "b"), Fleet.Instance("i-1") with { Port = 5001 });
        Assert.Same(first, fleet["i-0"]);
        Assert.Equal((7, "b", 1), (first.Weight, first.Zone, first.InFlight));
        Assert.NotSame(second, fleet["i-1"]);
    }

    [Fact]
    public void A_snapshot_that_says_the_same_again_disturbs_nobody()
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, 3);
        var turns = new List<string>();
        for (var turn = 0; turn < 6; turn++)
        {
            turns.Add(fleet.PickId());
            fleet.Refresh(Fleet.Many(3));
        }

        Assert.Equal(turns[..3], turns[3..]);
        Assert.Equal(3, turns.Distinct().Count());
    }

    [Fact]
    public void A_slow_callers_snapshot_does_not_bring_the_past_back()
    {
        var fleet = new Fleet(LoadBalancing.RoundRobin, 1);
        var (old, fresh) = (Fleet.Snapshot(Fleet.Many(1)), Fleet.Snapshot(Fleet.Many(2)));
        fleet.Endpoints.Refresh(old);
        fleet.Endpoints.Refresh(fresh);
        fleet.Endpoints.Refresh(old);
        Assert.Equal(2, fleet.All.Count);
    }

    [Fact]
    public void An_instance_named_twice_is_one() => Assert.Single(new Fleet(new SelectionOptions(), Fleet.Instance("a"), Fleet.Instance("a")).All);

    [Fact]
    public void When_fewer_than_half_are_healthy_all_are_used_but_those_that_are_still_starting()
    {
        var fleet = new Fleet(new SelectionOptions(), Fleet.Instance("a"), Fleet.Instance("b"), Fleet.Instance("c", healthy: false), Fleet.Instance("d", healthy: false));
        Assert.Equal(["a", "b"], fleet.Eligible);
        Assert.Empty(fleet.Events);

        fleet.Refresh(Fleet.Instance("a"), Fleet.Instance("b", healthy: false), Fleet.Instance("c", healthy: false), Fleet.Instance("d", healthy: false, status: "starting"));
        Assert.Equal(["a", "b", "c"], fleet.Eligible);
        Assert.True(fleet.Endpoints.Current.Panic);
        Assert.Equal(("panic", "1 of 4 endpoints are healthy"), (fleet.Events[0].Name, fleet.Events[0].Detail));

        fleet.Refresh(Fleet.Instance("a"), Fleet.Instance("d", healthy: false, status: "starting"));
        Assert.Equal(["a"], fleet.Eligible);
        Assert.Equal("panic-ended", fleet.Events[1].Name);
    }

    [Fact]
    public void Ejected_ones_count_as_not_healthy_and_come_back_in_a_panic()
    {
        var fleet = new Fleet(new SelectionOptions { Ejection = new() { LargestShare = 1 } }, Fleet.Many(4));
        foreach (var endpoint in fleet.All)
        {
            fleet.Call(endpoint, Verdict.Failure, 5);
        }

        Assert.Equal(4, fleet.Spread(100).Count);
        Assert.Contains(fleet.Events, told => told.Name == "panic");
    }

    [Fact]
    public void Without_a_panic_threshold_nobody_unhealthy_is_used()
    {
        var fleet = new Fleet(new SelectionOptions { PanicThreshold = 0 }, Fleet.Instance("a", healthy: false));
        Assert.Null(fleet.TryPick());
    }

    [Fact]
    public void Everybody_gets_the_same_attachment()
    {
        var endpoint = new Fleet(LoadBalancing.Random, 1).Pick();
        var made = new object[8];
        Parallel.For(0, made.Length, index => made[index] = endpoint.Attached(_ => new object()));
        Assert.Single(made.Distinct());
    }

    [Fact]
    public void Wrong_options_are_refused_with_everything_that_is_wrong_with_them()
    {
        var options = new SelectionOptions { Policy = "best", PanicThreshold = double.NaN, LoadBound = 0.5, Ejection = new() { Interval = TimeSpan.Zero, LongestTime = TimeSpan.FromSeconds(1) } };
        Assert.Equal(5, options.Validate().Count);
        var error = Assert.Throws<ArgumentException>(() => new Fleet(options));
        Assert.Contains("Policy is 'best'; give one of round-robin, random,", error.Message, StringComparison.Ordinal);
        Assert.Empty(new SelectionOptions().Validate());
    }
}
