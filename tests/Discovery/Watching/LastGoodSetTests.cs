using Portolan.Discovery.Registry;
using Portolan.Discovery.Watching;
using Portolan.Registry.Tests.Server;

namespace Portolan.Discovery.Tests.Watching;

public sealed class LastGoodSetTests
{
    private static readonly ServiceInstance Instance = new("a", "127.0.0.1", 5001, true, "healthy", [], new Dictionary<string, string>());
    private static readonly ServiceInstance Configured = Instance with { Id = "127.0.0.1:5001" };

    private readonly ManualClock clock = new();

    [Fact]
    public void An_empty_answer_is_believed()
    {
        var set = Known(index: 7);
        set.Accept(Empty(8));
        Assert.Empty(set.Snapshot.Instances);
        Assert.False(set.Snapshot.Stale);
    }

    [Fact]
    public void An_empty_answer_of_a_registry_in_its_grace_is_not_believed_until_the_grace_is_over()
    {
        var set = Known(index: 7);
        set.Accept(Empty(7, grace: 20));
        Assert.Equal([Instance], set.Snapshot.Instances);
        Assert.True(set.Snapshot.Stale);
        Assert.Equal(TimeSpan.FromSeconds(20), set.NextWait(TimeSpan.FromSeconds(30)));

        clock.Advance(TimeSpan.FromSeconds(20));
        set.Accept(Empty(7));
        Assert.Empty(set.Snapshot.Instances);
    }

    [Fact]
    public void An_empty_answer_whose_index_went_backwards_is_not_believed_for_a_lease()
    {
        var set = Known(index: 7);
        set.Accept(Empty(1));
        clock.Advance(TimeSpan.FromSeconds(29));
        set.Accept(Empty(1));
        Assert.Equal([Instance], set.Snapshot.Instances);
        clock.Advance(TimeSpan.FromSeconds(1));
        set.Accept(Empty(1));
        Assert.Empty(set.Snapshot.Instances);
    }

    [Fact]
    public void After_a_restart_who_was_heard_of_and_left_is_gone()
    {
        var set = Known(index: 7);
        set.Accept(Empty(1, grace: 30));
        set.Accept(Empty(3));
        Assert.Empty(set.Snapshot.Instances);
    }

    [Fact]
    public void Instances_end_the_doubt_also_under_a_lower_index()
    {
        var set = Known(index: 7);
        set.Accept(Empty(1, grace: 30));
        var other = Instance with { Id = "b" };
        set.Accept(new WatchAnswer(2, [other], TimeSpan.Zero));
        Assert.Equal([other], set.Snapshot.Instances);
        Assert.False(set.Snapshot.Stale);
        Assert.Equal(2, set.Index);
    }

    [Fact]
    public void Without_the_registry_the_last_set_stands_and_says_so()
    {
        var set = Known(index: 7);
        set.Lost();
        Assert.Equal([Instance], set.Snapshot.Instances);
        Assert.True(set.Snapshot.Stale);
    }

    [Fact]
    public void Configured_addresses_serve_while_the_registry_names_nobody()
    {
        var set = new LastGoodSet("orders", [Configured], hasRegistry: true, clock);
        Assert.Equal([Configured], set.Snapshot.Instances);
        set.Accept(new WatchAnswer(2, [Instance], TimeSpan.Zero));
        Assert.Equal([Instance], set.Snapshot.Instances);
        set.Accept(Empty(3));
        Assert.Equal([Configured], set.Snapshot.Instances);
        Assert.True(set.Snapshot.Stale);
    }

    private static WatchAnswer Empty(long index, int grace = 0) => new(index, [], TimeSpan.FromSeconds(grace));

    private LastGoodSet Known(long index)
    {
        var set = new LastGoodSet("orders", [], hasRegistry: true, clock);
        set.Accept(new WatchAnswer(index, [Instance], TimeSpan.Zero));
        return set;
    }
}
