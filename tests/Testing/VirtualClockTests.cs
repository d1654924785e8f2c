namespace Portolan.Testing.Tests;

public sealed class VirtualClockTests
{
    private readonly VirtualClock clock = new();

    [Fact]
    public void Time_stands_still_until_it_is_advanced()
    {
        var (before, stamp) = (clock.GetUtcNow(), clock.GetTimestamp());
        Assert.Equal(before, clock.GetUtcNow());

        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(before.AddSeconds(3), clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(3), clock.GetElapsedTime(stamp));
    }

    [Fact]
    public async Task A_delay_ends_when_its_time_has_come()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(10), clock);

        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(delay.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));

        await delay;
    }

    [Fact]
    public async Task A_delay_that_follows_a_delay_ends_in_the_same_advance()
    {
        var ends = new List<DateTimeOffset>();
        var running = RunAsync();

        clock.Advance(TimeSpan.FromSeconds(5));

        await running;
        Assert.Equal([1, 2, 3], ends.Select(end => (end - clock.GetUtcNow().AddSeconds(-5)).TotalSeconds));

        async Task RunAsync()
        {
            for (var step = 0; step < 3; step++)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), clock);
                ends.Add(clock.GetUtcNow());
            }
        }
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_moments_each_at_its_own()
    {
        var start = clock.GetUtcNow();
        var fired = new List<string>();
        using var every = clock.CreateTimer(_ => Note("every 2"), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using var once = clock.CreateTimer(_ => Note("once 3"), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var never = clock.CreateTimer(_ => Note("never"), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        using var disposed = clock.CreateTimer(_ => Note("disposed"), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        disposed.Dispose();

        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["every 2 at 2", "once 3 at 3", "every 2 at 4"], fired);

        once.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        clock.Advance(TimeSpan.Zero);
        Assert.Equal("once 3 at 5", fired[^1]);

        void Note(string what) => fired.Add($"{what} at {(clock.GetUtcNow() - start).TotalSeconds}");
    }

    [Fact]
    public void A_timeout_on_the_clock_cancels()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMinutes(1), clock);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(source.IsCancellationRequested);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public void Time_does_not_go_back() => Assert.Throws<ArgumentOutOfRangeException>(() => clock.Advance(TimeSpan.FromTicks(-1)));
}
