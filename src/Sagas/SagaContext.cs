using Portolan.Core.Database;
using Portolan.Core.Handlers;
using Portolan.Messaging.Outbox;
using Portolan.Sagas.Definition;

namespace Portolan.Sagas;

/// <summary>What a step that runs in the saga's own service gets.</summary>
public sealed class SagaContext
{
    private readonly OutboxWriter outbox;

    internal SagaContext(Guid sagaId, StoreTransaction transaction, Rejection? reason, OutboxWriter outbox, DateTimeOffset now)
    {
        SagaId = sagaId;
        Transaction = transaction;
        Reason = reason;
        this.outbox = outbox;
        Now = now;
    }

    /// <summary>The saga.</summary>
    public Guid SagaId { get; }

    /// <summary>The transaction of this transition.</summary>
    public StoreTransaction Transaction { get; }

    /// <summary>In a compensation, why; null in a forward step.</summary>
    public Rejection? Reason { get; }

    /// <summary>When the transition happens.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Publishes an event, or sends a command, when the transition commits.</summary>
    public ValueTask SendAsync(object message) => outbox.AddAsync(Transaction, message);
}
