using FsCheck;
using FsCheck.Fluent;
using Portolan.Discovery.Selection;
using Portolan.Resilience;

namespace Portolan.Discovery.Tests.Selection.Policies;

public sealed class ByKeyTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 10_000).Select(number => $"tenant-{number}")];

    [Theory]
    [InlineData(LoadBalancing.RingHash, 2)]
    [InlineData(LoadBalancing.RingHash, 3)]
    [InlineData(LoadBalancing.RingHash, 10)]
    [InlineData(LoadBalancing.RingHash, 50)]
    [InlineData(LoadBalancing.Maglev, 2)]
    [InlineData(LoadBalancing.Maglev, 3)]
    [InlineData(LoadBalancing.Maglev, 10)]
    [InlineData(LoadBalancing.Maglev, 50)]
    public void One_endpoint_more_or_less_moves_few_keys(string policy, int count)
    {
        var few = Unbounded(policy, Fleet.Many(count));
        var more = Unbounded(policy, Fleet.Many(count + 1));
        var moved = Keys.Select(key => (From: few.PickId(key), To: more.PickId(key))).Where(move => move.From != move.To).ToList();
        var amongOthers = moved.Count(move => move.To != $"i-{count}");

        // The new one's own share moves to it; by the ring nothing else does, by the table at most about as much again.
        var share = 1.0 / (count + 1);
        Assert.InRange((double)(moved.Count - amongOthers) / Keys.Length, 0.7 * share, 1.4 * share);
        Assert.InRange((double)amongOthers / Keys.Length, 0, policy == LoadBalancing.RingHash ? 0 : 2 * share);
    }

    [Theory]
    [InlineData(LoadBalancing.RingHash)]
    [InlineData(LoadBalancing.Maglev)]
    public void Where_a_key_belongs_depends_on_nothing_but_the_endpoints(string policy)
    {
        var fleet = Unbounded(policy, Fleet.Many(20));
        var reversed = Unbounded(policy, [.. Fleet.Many(20).Reverse()]);
        Assert.All(Keys, key => Assert.Equal(fleet.PickId(key), reversed.PickId(key)));
    }

    [Fact]
    public void Where_a_key_belongs_is_the_same_in_every_version()
    {
        var (ring, maglev) = (Unbounded(LoadBalancing.RingHash, Fleet.Many(20)), Unbounded(LoadBalancing.Maglev, Fleet.Many(20)));
        Assert.Equal("i-11 i-9 i-8 i-13 i-1", string.Join(' ', Keys.Take(5).Select(key => ring.PickId(key))));
        Assert.Equal("i-2 i-4 i-4 i-15 i-9", string.Join(' ', Keys.Take(5).Select(key => maglev.PickId(key))));
    }

    [Theory]
    [InlineData(LoadBalancing.RingHash, 0.25)]
    [InlineData(LoadBalancing.Maglev, 0.08)]
    public void Keys_spread_by_weight(string policy, double tolerance)
    {
        var fleet = Unbounded(policy, Fleet.Many(8, index => index < 4 ? 100 : 300));
        var keys = Enumerable.Range(0, 80_000).Select(number => $"{number}");
        foreach (var (id, count) in keys.Select(key => fleet.PickId(key)).CountBy(id => id))
        {
            var expected = int.Parse(id[2..]) < 4 ? 5_000 : 15_000;
            Assert.InRange(count, expected * (1 - tolerance), expected * (1 + tolerance));
        }
    }

    [Theory]
    [InlineData(LoadBalancing.RingHash)]
    [InlineData(LoadBalancing.Maglev)]
    public void Of_thousands_everyone_has_a_place_and_without_a_key_everyone_is_met(string policy)
    {
        var fleet = Unbounded(policy, Fleet.Many(5_000, index => index % 100 == 0 ? 500 : 100));
        Assert.Equal(5_000, fleet.Spread(200_000).Count);
    }

    [Theory]
    [InlineData(LoadBalancing.RingHash)]
    [InlineData(LoadBalancing.Maglev)]
    public void Nobody_ever_carries_more_than_the_bound(string policy)
    {
        // One key is everybody's favourite. Every third call that runs ends.
        var steps = Gen.Choose(0, 30).ArrayOf(300);
        var weights = Gen.Elements(1, 100, 100, 250).ArrayOf().Where(all => all.Length is > 0 and < 12);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(steps.ToArbitrary(), weights.ToArbitrary(), (keys, given) =>
        {
            var fleet = new Fleet(new SelectionOptions { Policy = policy }, Fleet.Many(given.Length, index => given[index]));
            var running = new Queue<Endpoint>();
            foreach (var (step, key) in keys.Index())
            {
                var endpoint = fleet.Pick($"{Math.Max(0, key - 20)}");
                endpoint.Begin();
                running.Enqueue(endpoint);
                if (endpoint.InFlight > Math.Ceiling(1.25m * running.Count * endpoint.Weight / given.Sum()))
                {
                    return false;
                }

                if (step % 3 == 0)
                {
                    running.Dequeue().End(Verdict.Success, default, fleet.Clock.GetTimestamp());
                }
            }

            return true;
        }));
    }

    [Theory]
    [InlineData(LoadBalancing.RingHash)]
    [InlineData(LoadBalancing.Maglev)]
    public void A_key_stays_while_there_is_room_and_comes_back_when_there_is_again(string policy)
    {
        var fleet = new Fleet(policy, 4);
        var home = fleet.Pick("tenant-1");
        home.Begin();
        home.Begin();
        Assert.NotSame(home, fleet.Pick("tenant-1"));
        home.End(Verdict.Success, default, 0);
        home.End(Verdict.Success, default, 0);
        Assert.Same(home, fleet.Pick("tenant-1"));
    }

    private static Fleet Unbounded(string policy, ServiceInstance[] instances) =>
        new(new SelectionOptions { Policy = policy, LoadBound = 0 }, instances);
}
