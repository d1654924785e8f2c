using Portolan.Core.Database;

namespace Portolan.Messaging.Consuming;

/// <summary>Remembers what was handled, in the transaction that handled it: a duplicate stops here.</summary>
internal sealed class Inbox(TimeProvider clock)
{
    /// <summary>False when this handler has handled this message before.</summary>
    public async ValueTask<bool> TryAddAsync(StoreTransaction transaction, Delivery delivery) =>
        await transaction.ExecuteAsync(
            $"""
            insert into inbox (message_id, handler, handled_at)
            values ({delivery.Envelope.Id}, {delivery.Handler.Name}, {clock.GetUtcNow()})
            on conflict do nothing
            """) > 0;

    /// <summary>True when this handler has handled this message before; a hint, for the transaction decides.</summary>
    public async ValueTask<bool> HasAsync(Store store, Delivery delivery, CancellationToken cancellationToken) =>
        await store.FirstOrDefaultAsync(
            $"select 1 from inbox where message_id = {delivery.Envelope.Id} and handler = {delivery.Handler.Name}", row => row.GetInt32(0), cancellationToken) == 1;

    /// <summary>Forgets what is older than the window. Returns how many rows went.</summary>
    public ValueTask<int> ForgetAsync(StoreTransaction transaction, TimeSpan window, int limit) =>
        transaction.ExecuteAsync(
            $"""
            delete from inbox where (message_id, handler) in
                (select message_id, handler from inbox where handled_at < {clock.GetUtcNow() - window} order by handled_at limit {limit})
            """);
}
