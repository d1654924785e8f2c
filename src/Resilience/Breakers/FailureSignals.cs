using Portolan.Resilience.Latency;

namespace Portolan.Resilience.Breakers;

/// <summary>Everything that may open a breaker, counted over one closed phase.</summary>
internal sealed class FailureSignals
{
    private readonly CircuitBreakerOptions options;
    private readonly TimeProvider clock;
    private readonly RateWindow calls;
    private readonly RateWindow? slow;
    private readonly LatencyWindow? latency;
    private int consecutive;

    public FailureSignals(CircuitBreakerOptions options, PipelineScope scope, long now)
    {
        this.options = options;
        clock = scope.Clock;
        var window = scope.Timestamps(options.Window);
        calls = RateWindow.Create(options, now, window);
        slow = options.SlowCall is null ? null : RateWindow.Create(options, now, window);
        latency = options.Percentile95 is null && options.Percentile99 is null ? null : new LatencyWindow(clock, options.Window);
    }

    /// <summary>All calls that counted.</summary>
    public long Total => calls.Total;

    /// <summary>What is within the window.</summary>
    public (long Calls, long Bad) Read(long now) => calls.Read(now);

    /// <summary>Takes nothing more.</summary>
    public void Seal() => calls.Seal();

    /// <summary>Counts a result; false when it came too late. The last word is why the breaker should open, or null.</summary>
    public bool Record(Verdict verdict, long started, long now, out string? trip)
    {
        trip = null;
        var failed = verdict != Verdict.Success;
        if (!calls.Record(now, failed))
        {
            return false;
        }

        if (failed)
        {
            trip = Failed(verdict, now);
        }
        else if (Volatile.Read(ref consecutive) != 0)
        {
            Volatile.Write(ref consecutive, 0);
        }

        if (options.IsTimed)
        {
            trip ??= Took(clock.GetElapsedTime(started, now), now);
        }

        return true;
    }

    private string? Failed(Verdict verdict, long now)
    {
        // Being asked for fewer calls is no failure of the one that was called: it leaves the row as it is.
        if (verdict != Verdict.Throttled && Interlocked.Increment(ref consecutive) is var row && options.ConsecutiveFailures > 0 && row >= options.ConsecutiveFailures)
        {
            return $"{row} failures in a row";
        }

        if (options.FailureRate <= 0)
        {
            return null;
        }

        // Read after our own call was counted: of several who fail at once the last one sees them all.
        var (all, bad) = calls.Read(now);
        return Exceeds(all, bad, options.FailureRate) ? $"{bad} of {all} calls failed{Within}" : null;
    }

    private string? Took(TimeSpan duration, long now)
    {
        if (slow is not null)
        {
            var isSlow = duration >= options.SlowCall;
            slow.Record(now, isSlow);
            if (isSlow && slow.Read(now) is var (all, bad) && Exceeds(all, bad, options.SlowCallRate))
            {
                return $"{bad} of {all} calls took {options.SlowCall} or longer{Within}";
            }
        }

        latency?.Record(now, duration);
        return Percentile(duration, options.Percentile95, 0.95, now) ?? Percentile(duration, options.Percentile99, 0.99, now);
    }

    // Only a call over the threshold can bring the percentile over it: the others need not ask.
    private string? Percentile(TimeSpan duration, TimeSpan? threshold, double share, long now) =>
        duration > threshold && latency!.Percentile(now, share, options.MinimumCalls) is { } measured && measured > threshold
            ? $"p{share * 100:0} is {measured.TotalMilliseconds:0} ms"
            : null;

    private bool Exceeds(long all, long bad, double rate) => all >= options.MinimumCalls && bad >= all * rate;

    private string Within => options.CountWindow > 0 ? "" : $" within {options.Window.TotalSeconds:0.###} s";
}
