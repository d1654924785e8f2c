using System.Data.Common;
using Portolan.Core.Database;
using Portolan.Messaging.Envelopes;

namespace Portolan.Messaging.Parking;

/// <summary>A message that waits for its next attempt, or behind one of the same key that does.</summary>
internal sealed record ParkedMessage(long Sequence, string Handler, int Attempts, Envelope Envelope);

/// <summary>
/// Messages whose handler failed, and their successors of the same key: the key waits, everything else goes on. Nothing
/// waits in memory.
/// </summary>
internal sealed class ParkedMessages(TimeProvider clock)
{
    /// <summary>
    /// True when an earlier message of this key waits, for whichever handler, or when this one waits for this handler already.
    /// The other handlers of a message do not wait for each other.
    /// </summary>
    public async ValueTask<bool> MustWaitAsync(StoreTransaction transaction, Envelope envelope, string handler) =>
        await transaction.FirstOrDefaultAsync(
            $"select 1 from parked where parked_key = {envelope.OrderKey} and (id <> {envelope.Id} or handler = {handler}) limit 1",
            row => row.GetInt32(0)) == 1;

    /// <summary>Parks a message; one that is parked already stays as it is.</summary>
    public async ValueTask AddAsync(StoreTransaction transaction, Envelope envelope, string handler, int attempts, TimeSpan delay)
    {
        await transaction.ExecuteAsync(
            $"""
            insert into parked (handler, parked_key, attempts, due, id, type, source, destination, key, headers, time, body)
            values ({handler}, {envelope.OrderKey}, {attempts}, {clock.GetUtcNow() + delay},
                    {envelope.Id}, {envelope.Type}, {envelope.Source}, {envelope.Destination}, {envelope.Key},
                    {EnvelopeRow.Headers(envelope)}, {envelope.Time}, {envelope.Body})
            on conflict (handler, id) do nothing
            """);
    }

    public async ValueTask PostponeAsync(StoreTransaction transaction, long sequence, int attempts, TimeSpan delay) =>
        await transaction.ExecuteAsync($"update parked set attempts = {attempts}, due = {clock.GetUtcNow() + delay} where sequence = {sequence}");

    /// <summary>False when it is gone: another instance was faster.</summary>
    public async ValueTask<bool> RemoveAsync(StoreTransaction transaction, long sequence) =>
        await transaction.ExecuteAsync($"delete from parked where sequence = {sequence}") > 0;

    /// <summary>The first message of each key, where it is due.</summary>
    public ValueTask<List<ParkedMessage>> DueAsync(Store store, int limit, CancellationToken cancellationToken) =>
        store.QueryAsync(
            $"""
            select sequence, handler, attempts, id, type, source, destination, key, headers, time, body
            from parked as head
            where due <= {clock.GetUtcNow()} and not exists
                (select 1 from parked as earlier
                 where earlier.parked_key = head.parked_key and earlier.id <> head.id and earlier.sequence < head.sequence)
            order by sequence limit {limit}
            """,
            Read,
            cancellationToken);

    private static ParkedMessage Read(DbDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetInt32(2), EnvelopeRow.Read(row, 3));
}
