using System.Collections.Immutable;

namespace Portolan.Resilience.Breakers;

/// <summary>Openings shared within a process: for several sets of breakers in it, and for tests.</summary>
public sealed class InMemoryBreakerStates(TimeProvider clock) : IBreakerStateStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, BreakerOpening> openings = [];
    private ImmutableArray<Action<BreakerOpening>> listeners = [];

    /// <inheritdoc />
    public ValueTask PublishAsync(BreakerOpening opening, CancellationToken cancellationToken)
    {
        ImmutableArray<Action<BreakerOpening>> told;
        lock (gate)
        {
            foreach (var over in openings.Values.Where(known => known.Until <= clock.GetUtcNow()).ToList())
            {
                openings.Remove(over.Breaker);
            }

            openings[opening.Breaker] = opening;
            told = listeners;
        }

        foreach (var listener in told)
        {
            listener(opening);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public IDisposable Subscribe(Action<BreakerOpening> listener)
    {
        List<BreakerOpening> known;
        lock (gate)
        {
            listeners = listeners.Add(listener);
            known = [.. openings.Values.Where(opening => opening.Until > clock.GetUtcNow())];
        }

        known.ForEach(listener);
        return new Subscription(this, listener);
    }

    private void Remove(Action<BreakerOpening> listener)
    {
        lock (gate)
        {
            listeners = listeners.Remove(listener);
        }
    }

    private sealed class Subscription(InMemoryBreakerStates states, Action<BreakerOpening> listener) : IDisposable
    {
        public void Dispose() => states.Remove(listener);
    }
}
