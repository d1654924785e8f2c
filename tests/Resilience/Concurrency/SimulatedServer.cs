using Portolan.Resilience.Concurrency;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Concurrency;

/// <summary>
/// A server that works on so many calls at once and lets the others wait, and clients that always want more than the limit
/// before it allows; a millisecond at a time.
/// </summary>
internal sealed class SimulatedServer(VirtualClock clock, AdaptiveConcurrency limiter, int capacity, TimeSpan serviceTime)
{
    private readonly Queue<long> waiting = new();
    private readonly PriorityQueue<long, long> working = new();
    private readonly Sequence random = new(7);

    public TimeSpan ServiceTime { get; set; } = serviceTime;

    public int Refused { get; private set; }

    /// <summary>How long the last call took, waiting included.</summary>
    public TimeSpan Done { get; private set; }

    /// <summary>The limit after each tenth of a second.</summary>
    public IReadOnlyList<int> Run(TimeSpan time)
    {
        var limits = new List<int>();
        for (var millisecond = 0; millisecond < time.TotalMilliseconds; millisecond++)
        {
            End();
            Arrive();
            Work();
            clock.Advance(TimeSpan.FromMilliseconds(1));
            if (millisecond % 100 == 0)
            {
                limits.Add(limiter.Limit);
            }
        }

        return limits;
    }

    private void End()
    {
        var now = clock.GetTimestamp();
        while (working.TryPeek(out var started, out var ends) && ends <= now)
        {
            working.Dequeue();
            Done = clock.GetElapsedTime(started, now);
            limiter.Leave(started, now, Verdict.Success);
        }
    }

    private void Arrive()
    {
        for (var more = true; more;)
        {
            more = limiter.TryEnter();
            if (more)
            {
                waiting.Enqueue(clock.GetTimestamp());
            }
        }

        Refused++;
    }

    // Service times differ by a tenth, or all calls would march in step.
    private void Work()
    {
        while (working.Count < capacity && waiting.TryDequeue(out var started))
        {
            working.Enqueue(started, clock.GetTimestamp() + (long)(ServiceTime.Ticks * (0.95 + (0.1 * random.NextDouble()))));
        }
    }
}
