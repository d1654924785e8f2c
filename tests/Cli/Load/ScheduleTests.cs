using Portolan.Cli.Load;

namespace Portolan.Cli.Tests.Load;

public sealed class ScheduleTests
{
    private static readonly long Second = TimeSpan.TicksPerSecond;

    [Fact]
    public void Turns_come_at_the_rate_however_late_they_are_taken()
    {
        var schedule = new Schedule(4, TimeSpan.FromSeconds(2));

        Assert.Equal([0, Second / 4, Second / 2], Take(schedule, now: Second / 2));
        Assert.Equal(3 * Second / 4, schedule.NextDue);
        Assert.Equal([3 * Second / 4, Second, 5 * Second / 4], Take(schedule, now: (3 * Second / 2) - 1));
    }

    [Fact]
    public void What_was_due_and_never_taken_is_known()
    {
        var schedule = new Schedule(2, TimeSpan.FromSeconds(2));
        Take(schedule, now: Second / 2);

        Assert.Empty(Take(schedule, now: 2 * Second));
        Assert.Equal([Second, 3 * Second / 2], schedule.Missed());
    }

    [Fact]
    public void A_stopped_schedule_misses_nothing_that_was_due_later()
    {
        var schedule = new Schedule(2, TimeSpan.FromSeconds(60));
        Take(schedule, now: 0);
        schedule.Stop(Second + 1);

        Assert.Equal([Second / 2, Second], schedule.Missed());
    }

    [Fact]
    public void Without_a_rate_a_turn_is_due_when_it_is_asked_for()
    {
        var schedule = new Schedule(null, TimeSpan.FromSeconds(1));

        Assert.True(schedule.TryTake(7, out var first) && schedule.TryTake(9, out var second) && (first, second) == (7, 9));
        Assert.False(schedule.TryTake(Second, out _));
        Assert.Empty(schedule.Missed());
    }

    private static List<long> Take(Schedule schedule, long now)
    {
        var taken = new List<long>();
        while (schedule.TryTake(now, out var due))
        {
            taken.Add(due);
        }

        return taken;
    }
}
