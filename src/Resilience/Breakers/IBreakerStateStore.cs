namespace Portolan.Resilience.Breakers;

/// <summary>An opening that one replica of a service tells the others.</summary>
/// <param name="Breaker">Name of the breaker.</param>
/// <param name="Replica">Who opened it.</param>
/// <param name="Until">When it is half-open.</param>
/// <param name="Reason">Why it opened.</param>
public sealed record BreakerOpening(string Breaker, string Replica, DateTimeOffset Until, string Reason);

/// <summary>
/// Where replicas of a service tell each other of openings, so that not each has to fail by itself. What they count stays
/// their own, and each probes by itself. When the store fails, each breaker goes on alone.
/// </summary>
public interface IBreakerStateStore
{
    /// <summary>Tells the others. Called outside of any lock; what it throws is swallowed.</summary>
    ValueTask PublishAsync(BreakerOpening opening, CancellationToken cancellationToken);

    /// <summary>Tells <paramref name="listener"/> of openings, beginning with those that are not over; of one's own as well. Dispose to end it.</summary>
    IDisposable Subscribe(Action<BreakerOpening> listener);
}
