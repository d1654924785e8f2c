using Portolan.Messaging.Envelopes;

namespace Portolan.Messaging.Transport;

/// <summary>One row of an outbox.</summary>
/// <param name="Position">Its place among all rows of that store; positions only grow.</param>
/// <param name="Envelope">The message.</param>
public sealed record OutboxMessage(long Position, Envelope Envelope);

/// <summary>Takes a batch to handle and returns when each of its messages is settled: handled, parked or a dead letter.</summary>
public delegate Task ReceiveDelegate(IReadOnlyList<Envelope> batch, CancellationToken cancellationToken);

/// <summary>Carries messages from outboxes to the services that want them.</summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary>True once everything that was there when this service started has been received.</summary>
    bool IsCaughtUp { get; }

    /// <summary>What operators should know, such as messages lost to retention; null when all is well.</summary>
    string? Complaint { get; }

    /// <summary>The last outbox position that was handed over; 0 where the transport does not remember.</summary>
    ValueTask<long> GetRelayedAsync(CancellationToken cancellationToken);

    /// <summary>Hands messages over, in order; they are durable when this returns. Called by one relay of a service at a time.</summary>
    ValueTask PublishAsync(IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken);

    /// <summary>True when some service is known to subscribe to the event.</summary>
    bool HasSubscriber(string type);

    /// <summary>Receives for this service until cancelled.</summary>
    Task ReceiveAsync(ReceiveDelegate receive, CancellationToken cancellationToken);
}
