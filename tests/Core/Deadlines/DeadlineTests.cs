using Portolan.Core.Deadlines;
using Portolan.Testing;

namespace Portolan.Core.Tests.Deadlines;

public sealed class DeadlineTests
{
    private readonly VirtualClock clock = new();

    [Fact]
    public void What_is_left_runs_down_to_nothing_and_stays_there()
    {
        var deadline = Deadline.In(clock, TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), deadline.Remaining);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((TimeSpan.FromSeconds(1), false), (deadline.Remaining, deadline.IsSpent));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((TimeSpan.Zero, true), (deadline.Remaining, deadline.IsSpent));
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal((TimeSpan.Zero, true), (deadline.Remaining, deadline.IsSpent));
    }

    [Fact]
    public void A_moment_of_the_calendar_is_one_too() =>
        Assert.Equal(TimeSpan.FromMinutes(1), Deadline.At(clock, clock.GetUtcNow().AddMinutes(1)).Remaining);

    [Fact]
    public void Times_far_out_are_spent_or_never_will_be()
    {
        Assert.True(Deadline.In(clock, TimeSpan.MinValue).IsSpent);
        Assert.True(Deadline.At(clock, DateTimeOffset.MinValue).IsSpent);
        Assert.True(Deadline.In(clock, TimeSpan.MaxValue).Remaining > TimeSpan.FromDays(100_000));
        Assert.True(Deadline.In(TimeProvider.System, TimeSpan.MaxValue).Remaining > TimeSpan.FromDays(10_000));
    }

    [Fact]
    public async Task It_flows_into_what_is_started_and_ends_with_its_scope()
    {
        Assert.Null(Deadline.Current);
        var deadline = Deadline.In(clock, TimeSpan.FromSeconds(3));
        using (deadline.Enter())
        {
            Assert.Same(deadline, await Task.Run(() => Deadline.Current));
        }

        Assert.Null(Deadline.Current);
    }

    [Fact]
    public void An_inner_deadline_shortens_and_never_extends()
    {
        var outer = Deadline.In(clock, TimeSpan.FromSeconds(3));
        using var entered = outer.Enter();
        using (Deadline.In(clock, TimeSpan.FromSeconds(5)).Enter())
        {
            Assert.Same(outer, Deadline.Current);
        }

        var inner = Deadline.In(clock, TimeSpan.FromSeconds(1));
        using (inner.Enter())
        {
            Assert.Same(inner, Deadline.Current);
        }

        Assert.Same(outer, Deadline.Current);
    }
}
