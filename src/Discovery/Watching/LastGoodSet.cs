using Portolan.Discovery.Registry;

namespace Portolan.Discovery.Watching;

/// <summary>
/// What is believed of a service. An empty answer is believed, except where it may be the registry's own fault: when its
/// index went backwards (it lost its memory), or when it says itself that it has only just started. Then the last set stands
/// until somebody is heard of, or for one lease.
/// </summary>
internal sealed class LastGoodSet(string service, IReadOnlyList<ServiceInstance> configured, bool hasRegistry, TimeProvider clock)
{
    private static readonly TimeSpan HoldWithoutGrace = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private IReadOnlyList<ServiceInstance> configured = configured;
    private IReadOnlyList<ServiceInstance> known = [];
    private bool lost = true;
    private Hold? hold;
    private volatile ServiceSnapshot snapshot = new(service, configured, Stale: hasRegistry) { IsConfigured = configured.Count > 0 && !hasRegistry };

    public ServiceSnapshot Snapshot => snapshot;

    /// <summary>To be given back to the registry; null where it cannot be watched, and before the first answer.</summary>
    public long? Index { get; private set; }

    /// <summary>True while an empty answer is not believed.</summary>
    public bool Doubts => hold is not null;

    public void Accept(WatchAnswer answer)
    {
        lock (gate)
        {
            hold = answer.Instances.Count == 0 && known.Count > 0 ? HoldAfter(answer) : null;
            known = hold is null ? answer.Instances : known;
            Index = answer.Index;
            Publish(stale: hold is not null);
        }
    }

    public void Lost()
    {
        lock (gate)
        {
            Publish(stale: true);
        }
    }

    /// <summary>Other addresses for the time in which nobody is known; false, and nothing changed, where they are those of before.</summary>
    public bool Place(IReadOnlyList<ServiceInstance> addresses)
    {
        lock (gate)
        {
            if (configured.SequenceEqual(addresses))
            {
                return false;
            }

            configured = addresses;
            Publish(lost);
            return true;
        }
    }

    /// <summary>How long to wait at the registry: not beyond the time for which an empty answer is not believed.</summary>
    public TimeSpan NextWait(TimeSpan longest)
    {
        if (hold is null)
        {
            return longest;
        }

        var left = hold.Until - clock.GetUtcNow();
        return left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left < longest ? left : longest;
    }

    private Hold? HoldAfter(WatchAnswer answer)
    {
        var now = clock.GetUtcNow();
        if (hold is not null)
        {
            // Another index since: somebody was heard of and left, so the emptiness is real.
            return answer.Index == hold.Index && now < hold.Until ? hold : null;
        }

        return answer.Grace > TimeSpan.Zero
            ? new Hold(answer.Index, now + answer.Grace)
            : answer.Index < Index ? new Hold(answer.Index, now + HoldWithoutGrace) : null;
    }

    private void Publish(bool stale)
    {
        lost = stale;
        snapshot = known.Count > 0
            ? new ServiceSnapshot(service, known, stale)
            : new ServiceSnapshot(service, configured, (stale || configured.Count > 0) && hasRegistry) { IsConfigured = configured.Count > 0 && (!stale || !hasRegistry) };
    }

    private sealed record Hold(long? Index, DateTimeOffset Until);
}
