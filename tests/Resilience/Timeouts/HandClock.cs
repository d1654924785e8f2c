namespace Portolan.Resilience.Tests.Timeouts;

/// <summary>
/// A clock whose one timer fires when the test says so, whatever it was set to: as early and as often as can be. A test can
/// also put something between two steps of whoever reads the clock.
/// </summary>
internal sealed class HandClock : TimeProvider
{
    private long now = 1;
    private Action fire = () => { };
    private Action? onRead;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>What the timer was set to last.</summary>
    public TimeSpan Armed { get; private set; } = Timeout.InfiniteTimeSpan;

    public override long GetTimestamp()
    {
        if (Volatile.Read(ref onRead) is not null)
        {
            Interlocked.Exchange(ref onRead, null)?.Invoke();
        }

        return Volatile.Read(ref now);
    }

    /// <summary>Happens once, when somebody reads the clock.</summary>
    public void OnNextRead(Action what) => Volatile.Write(ref onRead, what);

    public void TickAndFire(long ticks = 1)
    {
        Interlocked.Add(ref now, ticks);
        Volatile.Read(ref fire)();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Volatile.Write(ref fire, () => callback(state));
        return new Timer(this);
    }

    private sealed class Timer(HandClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Armed = dueTime;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
