using Portolan.Resilience.Latency;

namespace Portolan.Resilience.Timeouts;

/// <summary>
/// What a time-out would be if it were taken from what calls need: their 99th percentile and half of it again (catalogue R3).
/// Every now and then it says so, where the time-out that is set is far from it.
/// </summary>
/// <param name="latency">Gets the durations of attempts; others may read it too.</param>
public sealed class TimeoutAdvice(LatencyWindow latency)
{
    private const int MinimumCount = 100;
    private const int CallsBetween = 1_024;

    private long calls;
    private TimeSpan said = TimeSpan.MaxValue;

    /// <summary>The advice now; null while the window holds fewer than 100 calls.</summary>
    public TimeSpan? Advised => latency.Percentile(0.99, MinimumCount) * 1.5;

    // Cancelled calls say how patient the caller was.
    internal void Ended(ResilienceCall call, long began, Verdict verdict, TimeSpan timeout)
    {
        if (verdict == Verdict.Neutral)
        {
            return;
        }

        var now = call.Scope.Clock.GetTimestamp();
        latency.Record(now, call.Scope.Clock.GetElapsedTime(began, now));
        if (Interlocked.Increment(ref calls) % CallsBetween == 0)
        {
            Say(call, timeout);
        }
    }

    // Far is less than advised, or more than four times as much; the same advice is not given twice.
    private void Say(ResilienceCall call, TimeSpan timeout)
    {
        if (Advised is not { } advised || timeout / advised is >= 1 and <= 4 || advised / said is > 0.5 and < 2)
        {
            return;
        }

        said = advised;
        call.Scope.Report(
            "attempt timeout", "timeout-advice", 0, advised, $"{advised.TotalMilliseconds:0} ms would do (99 % of calls, and half of that again); {timeout.TotalMilliseconds:0} ms are set.");
    }
}
