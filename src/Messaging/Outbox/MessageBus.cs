using Portolan.Core.Database;

namespace Portolan.Messaging.Outbox;

internal sealed class MessageBus(Store store, OutboxWriter outbox) : IMessageBus
{
    public ValueTask SendAsync(object message, CancellationToken cancellationToken = default) =>
        store.WriteAsync(transaction => outbox.AddAsync(transaction, message), cancellationToken);

    public ValueTask SendAsync(StoreTransaction transaction, object message, CancellationToken cancellationToken = default) =>
        outbox.AddAsync(transaction, message);
}
