using Portolan.Resilience.RateLimiting;

namespace Portolan.Resilience.Throttling;

/// <summary>
/// Delays calls over a limiter's rate instead of refusing them, the important ones least. While nobody waits a call goes
/// straight through to the limiter; then it stands in a bounded line by priority, and among equals in the order of coming.
/// When the line is full, a more important call takes the place of the last of the least important. The first in line is
/// never passed by a cheaper call behind it. May be shared by pipelines.
/// </summary>
public sealed class Throttle : IDisposable
{
    // What a timer takes at most.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1d);

    private readonly ThrottleOptions options;
    private readonly Limiter limiter;
    private readonly TimeProvider clock;
    private readonly KeyValuePair<string, object?> tag;
    private readonly Lock gate = new();
    private readonly WaitingLine line = new();
    private readonly ITimer timer;
    private Task? watched;
    private int waiting;
    private bool closed;

    /// <summary>A line in front of a limiter.</summary>
    /// <exception cref="ArgumentException">The options are wrong; the message says everything that is.</exception>
    public Throttle(ThrottleOptions options, Limiter limiter)
    {
        OptionErrors.ThrowIfAny($"Throttle '{options.Name}'", options.Validate());
        this.options = options;
        this.limiter = limiter;
        clock = limiter.Clock;
        tag = new("throttle", options.Name);
        timer = clock.CreateTimer(static throttle => ((Throttle)throttle!).MoveUp(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many calls wait now.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    internal string Name => options.Name;

    internal TimeProvider Clock => clock;

    /// <summary>Refuses all who wait, and all who come.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            while (line.First is { } waiter)
            {
                End(waiter, Turn.Closed);
            }
        }

        timer.Dispose();
    }

    /// <inheritdoc />
    public override string ToString() => $"{limiter}, up to {options.QueueLimit} waiting up to {options.MaximumWait}";

    // No lock while nobody waits; whoever gets in between is merely quick.
    internal bool TryPass(long now, int permits) =>
        Volatile.Read(ref waiting) == 0 && !Volatile.Read(ref closed) && limiter.TryAcquire(now, permits).Admitted;

    internal async ValueTask<Turn> WaitAsync(CallPriority priority, int permits, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamp();
        var waiter = new Waiter(WaitingLine.Of(priority), permits, now, now + Timestamps(options.MaximumWait));
        if (Refuse(waiter) is { } refusal)
        {
            return refusal;
        }

        // Outside of the lock, because a token that is cancelled already calls back at once.
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (throttle, waiter) = ((Throttle, Waiter))state!;
                throttle.Cancel(waiter, token);
            },
            (this, waiter));
        return await waiter.Task;
    }

    // What is there at best when the next one may pass; nothing says who that will be.
    internal TimeSpan RetryAfter() => limiter.TryAcquire(clock.GetTimestamp(), 0).RetryAfter;

    // Null when it stands in the line now.
    private Turn? Refuse(Waiter waiter)
    {
        lock (gate)
        {
            if (closed || waiter.Permits > limiter.Most)
            {
                return closed ? Turn.Closed : Turn.NeverComes;
            }

            if (waiting >= options.QueueLimit && Displace(waiter.Priority) is { } refusal)
            {
                return refusal;
            }

            line.Add(waiter);
            Volatile.Write(ref waiting, waiting + 1);
            MoveUpLocked();
            return null;
        }
    }

    private Turn? Displace(int priority)
    {
        // The limiter may have let somebody go since the timer was set.
        MoveUpLocked();
        if (waiting < options.QueueLimit)
        {
            return null;
        }

        if (line.Last is not { } last || last.Priority >= priority)
        {
            return Turn.QueueFull;
        }

        End(last, Turn.Displaced);
        return null;
    }

    private void MoveUp()
    {
        lock (gate)
        {
            MoveUpLocked();
        }
    }

    private void MoveUpLocked()
    {
        var now = clock.GetTimestamp();
        var wait = Timeout.InfiniteTimeSpan;
        while (line.First is { } first)
        {
            var result = limiter.TryAcquire(now, first.Permits);
            if (!result.Admitted && first.Deadline > now)
            {
                wait = result.RetryAfter;
                break;
            }

            End(first, result.Admitted ? Turn.Came : Turn.WaitedTooLong);
        }

        TurnAway(now);
        if (line.Oldest is { } oldest && !closed)
        {
            SetTimer(wait, clock.GetElapsedTime(now, oldest.Deadline));
        }
    }

    private void TurnAway(long now)
    {
        while (line.Oldest is { } oldest && oldest.Deadline <= now)
        {
            End(oldest, Turn.WaitedTooLong);
        }
    }

    // Timers count whole milliseconds and would come too early for the rest.
    private void SetTimer(TimeSpan turn, TimeSpan deadline)
    {
        var wait = turn < deadline ? turn : deadline;
        timer.Change(wait < Longest ? TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds))) : Longest, Timeout.InfiniteTimeSpan);
        if (limiter.Pending is { IsCompleted: false } pending && pending != watched)
        {
            watched = pending;
            _ = pending.ContinueWith(static (_, throttle) => ((Throttle)throttle!).MoveUp(), this, TaskScheduler.Default);
        }
    }

    private void Cancel(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (line.Remove(waiter))
            {
                Volatile.Write(ref waiting, waiting - 1);
                waiter.SetCanceled(cancellationToken);

                // It may have been the first, and the next one cheaper.
                MoveUpLocked();
            }
        }
    }

    private void End(Waiter waiter, Turn turn)
    {
        line.Remove(waiter);
        Volatile.Write(ref waiting, waiting - 1);
        waiter.SetResult(turn);
        ResilienceMetrics.ThrottleWait.Record(clock.GetElapsedTime(waiter.Since).TotalSeconds, tag);
    }

    private long Timestamps(TimeSpan time)
    {
        var timestamps = (Int128)time.Ticks * clock.TimestampFrequency / TimeSpan.TicksPerSecond;
        return (long)Int128.Min(timestamps, long.MaxValue / 4);
    }
}
