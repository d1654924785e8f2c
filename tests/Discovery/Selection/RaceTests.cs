using Portolan.Discovery.Selection;
using Portolan.Resilience;

namespace Portolan.Discovery.Tests.Selection;

public sealed class RaceTests
{
    public static TheoryData<string> Policies => [.. LoadBalancing.All];

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Threads_pick_and_report_while_instances_come_go_and_fail(string policy)
    {
        var options = new SelectionOptions { Policy = policy, Zone = "a", SlowStart = TimeSpan.FromSeconds(1), Ejection = new() { Interval = TimeSpan.FromMilliseconds(100) } };
        var endpoints = new ServiceEndpoints(options, new PipelineScope("inventory", TimeProvider.System, Random.Shared));
        var sets = Enumerable.Range(1, 12).Select(count => Fleet.Snapshot(
            [.. Enumerable.Range(0, count).Select(index => Fleet.Instance($"i-{index}", 100 + count, index % 2 == 0 ? "a" : "b", healthy: index % 5 != 4))])).ToArray();
        endpoints.Refresh(sets[0]);
        var seen = new HashSet<Endpoint>();
        var done = false;
        var callers = Enumerable.Range(0, 3).Select(caller => Task.Run(() =>
        {
            var mine = new HashSet<Endpoint>();
            Endpoint? before = null;
            for (var call = 0; call < 8_000; call++)
            {
                var now = TimeProvider.System.GetTimestamp();
                before = endpoints.Pick(new PickContext(now, $"{call % 50}", call % 3 == 0 ? before : null));
                Assert.NotNull(before);
                before.Begin();
                before.End(call % 7 < 3 ? Verdict.Failure : Verdict.Success, TimeSpan.FromMilliseconds(call % 10), now);
                mine.Add(before);
            }

            lock (seen)
            {
                seen.UnionWith(mine);
            }
        })).ToArray();
        var changes = Task.Run(() =>
        {
            for (var change = 0; !Volatile.Read(ref done); change++)
            {
                endpoints.Refresh(sets[change * 5 % sets.Length]);
            }
        });

        await Task.WhenAll(callers);
        Volatile.Write(ref done, true);
        await changes;
        Assert.All(seen, endpoint => Assert.Equal(0, endpoint.InFlight));
    }

    [Theory]
    [InlineData(LoadBalancing.RingHash)]
    [InlineData(LoadBalancing.Maglev)]
    public void The_load_of_all_together_is_counted_to_the_call(string policy)
    {
        var fleet = new Fleet(policy, 2);
        Parallel.For(0, 40_000, call =>
        {
            var endpoint = fleet.All[call % 2];
            endpoint.Begin();
            endpoint.End(Verdict.Success, default, 0);
        });

        // Each may carry 1.25 times the half of three. Had one call been lost or forgotten, it would be more, or less.
        var home = fleet.Pick("key");
        home.Begin();
        Assert.Same(home, fleet.Pick("key"));
        home.Begin();
        Assert.NotSame(home, fleet.Pick("key"));
    }
}
