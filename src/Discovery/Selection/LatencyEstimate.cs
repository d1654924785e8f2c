using Portolan.Resilience;

namespace Portolan.Discovery.Selection;

/// <summary>
/// The latency to expect of an endpoint (peak EWMA): rises at once to a longer one, falls slowly to shorter ones, and while
/// nobody calls falls towards zero, so that an endpoint once slow is tried again.
/// </summary>
internal sealed class LatencyEstimate(SelectionOptions options, PipelineScope scope)
{
    private static readonly TimeSpan LongestPenalty = TimeSpan.FromSeconds(300);

    private readonly double decay = scope.Timestamps(options.LatencyDecay);
    private readonly TimeSpan penalty = options.FailurePenalty;
    private double seconds = options.FirstLatency.TotalSeconds;
    private long updated = scope.Clock.GetTimestamp();

    /// <summary>Seconds.</summary>
    public double At(long now) => Volatile.Read(ref seconds) * Kept(now - Volatile.Read(ref updated));

    public void Record(Verdict verdict, TimeSpan duration, TimeSpan? retryAfter, long now)
    {
        var sample = Math.Max(duration.TotalSeconds, verdict >= Verdict.Throttled ? Penalty(retryAfter).TotalSeconds : 0);

        // A call that was given up took at least so long; one that never left took no time, which is no reason to send more.
        if (verdict != Verdict.Neutral || sample > At(now))
        {
            Record(sample, now);
        }
    }

    // Each of several at once decays by its own stretch of time, so together they decay by all of it, without a lock.
    private void Record(double sample, long now)
    {
        var kept = Kept(Elapse(now));
        double before, after;
        do
        {
            before = Volatile.Read(ref seconds);
            after = sample > before ? sample : (before * kept) + (sample * (1 - kept));
        }
        while (Interlocked.CompareExchange(ref seconds, after, before) != before);
    }

    // Not back for one that comes a little late, or the next would count that time twice; but back with the clock.
    private long Elapse(long now)
    {
        var before = Volatile.Read(ref updated);
        while (now > before || before - now > decay)
        {
            var found = Interlocked.CompareExchange(ref updated, now, before);
            if (found == before)
            {
                return now - before;
            }

            before = found;
        }

        return 0;
    }

    private TimeSpan Penalty(TimeSpan? retryAfter) =>
        retryAfter is not { } wait || wait <= TimeSpan.Zero ? penalty
        : wait < LongestPenalty ? wait
        : LongestPenalty;

    // A clock that goes backwards keeps everything.
    private double Kept(long elapsed) => elapsed <= 0 ? 1 : Math.Exp(-elapsed / decay);
}
