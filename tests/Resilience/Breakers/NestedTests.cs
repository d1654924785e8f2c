using Portolan.Resilience.Breakers;

namespace Portolan.Resilience.Tests.Breakers;

public sealed class NestedTests : BreakerTest
{
    private static readonly CircuitBreakerOptions Quick = new() { Probes = 1, SuccessThreshold = 1 };

    [Fact]
    public void An_outcome_goes_to_the_child_and_to_its_parents()
    {
        var dependency = NewBreaker();
        var instance = NewBreaker(parent: dependency);
        var operation = NewBreaker(parent: instance);
        Trip(operation);
        Assert.All([dependency, instance, operation], breaker => Assert.Equal((BreakerState.Open, 5L), (breaker.State, breaker.Report().Allowed)));
    }

    [Fact]
    public void A_child_refuses_what_its_parent_refuses_with_the_parents_words()
    {
        var parent = NewBreaker();
        var child = NewBreaker(parent: parent);
        var other = NewBreaker(parent: parent);
        Trip(child);
        Assert.False(other.TryEnter(Clock.GetTimestamp(), out var entry));
        Assert.Same(parent.Rejection, entry.Refusal);
        Assert.Same(parent.Rejection, other.Rejection);
        Assert.Equal((BreakerState.Closed, 1L, 1L), (other.State, other.Report().Blocked, parent.Report().Blocked));

        other.Exit(entry, Verdict.Failure, Clock.GetTimestamp());
        Assert.Equal(0, other.Report().Failures);
    }

    [Fact]
    public void A_probe_that_the_parent_refuses_gives_the_childs_permit_back()
    {
        var parent = NewBreaker(Quick);
        var child = NewBreaker(Quick, parent);
        child.ForceOpen(TimeSpan.FromSeconds(1));
        parent.Isolate();
        Pass(1);
        Assert.Null(Enter(child));
        Assert.Null(Enter(child));
        parent.Reset();

        var probe = Enter(child);
        Assert.True(probe!.Value.IsProbe);
        Exit(child, probe, Verdict.Success);
        Assert.Equal((BreakerState.Closed, 2L), (child.State, child.Report().Blocked));
        Assert.Equal(1, parent.Report().Allowed);
    }

    [Fact]
    public void A_probe_of_the_grandparent_comes_back_to_it()
    {
        var top = NewBreaker(Quick);
        var bottom = NewBreaker(parent: NewBreaker(parent: top));
        top.ForceOpen(TimeSpan.FromSeconds(1));
        Pass(1);
        var probe = Enter(bottom);
        Assert.True(probe!.Value.IsProbe);
        Assert.Null(Enter(bottom));
        Exit(bottom, probe, Verdict.Success);
        Assert.Equal(BreakerState.Closed, top.State);
    }

    [Fact]
    public void A_fourth_level_is_refused()
    {
        var third = NewBreaker(parent: NewBreaker(parent: NewBreaker()));
        Assert.Throws<ArgumentException>(() => NewBreaker(parent: third));
    }
}
