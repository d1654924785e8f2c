namespace Portolan.Registry.Tests.Server;

/// <summary>Time that moves only when told. Timers run, in the order they are due, inside <see cref="Advance"/>.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private TaskCompletionSource armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (NextBefore(end) is { } due)
        {
            due();
        }

        lock (gate)
        {
            now = end;
        }
    }

    /// <summary>Time passes at once, as for a process that was suspended: timers run only after it, late.</summary>
    public void Jump(TimeSpan by)
    {
        lock (gate)
        {
            now += by;
        }

        Advance(TimeSpan.Zero);
    }

    /// <summary>Completes when somebody waits for time to pass: code under test has come to rest.</summary>
    public async Task SomebodyWaitsAsync()
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (timers.Count > 0)
                {
                    return;
                }

                next = armed.Task;
            }

            await next.WaitAsync(TimeSpan.FromSeconds(10), System);
        }
    }

    private Action? NextBefore(DateTimeOffset end)
    {
        lock (gate)
        {
            var next = timers.MinBy(timer => timer.Due);
            if (next is null || next.Due > end)
            {
                return null;
            }

            now = next.Due > now ? next.Due : now;
            timers.Remove(next);
            return next.Callback;
        }
    }

    private void Arm(ManualTimer timer, TimeSpan dueTime)
    {
        lock (gate)
        {
            timers.Remove(timer);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.Due = now + dueTime;
                timers.Add(timer);
                armed.TrySetResult();
                armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private sealed class ManualTimer(ManualClock clock, Action callback) : ITimer
    {
        public Action Callback { get; } = callback;

        public DateTimeOffset Due { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Assert.True(period == Timeout.InfiniteTimeSpan, "this clock has no periodic timers");
            clock.Arm(this, dueTime);
            return true;
        }

        public void Dispose() => clock.Arm(this, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
