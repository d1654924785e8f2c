using Portolan.Testing;

namespace Portolan.Resilience.Tests.Timeouts;

/// <summary>A virtual clock that counts how often timers are made and set.</summary>
internal sealed class CountingClock : TimeProvider
{
    private int timers;
    private int changes;

    public VirtualClock Virtual { get; } = new();

    public int Timers => timers;

    public int Changes => changes;

    public override long TimestampFrequency => Virtual.TimestampFrequency;

    public override long GetTimestamp() => Virtual.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => Virtual.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Interlocked.Increment(ref timers);
        return new CountingTimer(this, Virtual.CreateTimer(callback, state, dueTime, period));
    }

    private sealed class CountingTimer(CountingClock clock, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref clock.changes);
            return timer.Change(dueTime, period);
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
