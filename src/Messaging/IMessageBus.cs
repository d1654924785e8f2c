using Portolan.Core.Database;

namespace Portolan.Messaging;

/// <summary>Sends commands and publishes events through the outbox. What a handler returns goes this way by itself.</summary>
public interface IMessageBus
{
    /// <summary>Sends a command or publishes an event; returns when it is durable.</summary>
    /// <exception cref="ArgumentException">The type is neither [Command] nor [Event].</exception>
    ValueTask SendAsync(object message, CancellationToken cancellationToken = default);

    /// <summary>Sends a command or publishes an event if and when <paramref name="transaction"/> commits.</summary>
    /// <exception cref="ArgumentException">The type is neither [Command] nor [Event].</exception>
    ValueTask SendAsync(StoreTransaction transaction, object message, CancellationToken cancellationToken = default);
}
