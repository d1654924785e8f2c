using System.Data.Common;
using Portolan.Core.Correlation;
using Portolan.Core.Database;
using Portolan.Core.Identity;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Parking;
using Portolan.Messaging.Signals;

namespace Portolan.Messaging.DeadLetters;

/// <summary>The dead letters of one service: kept until redriven.</summary>
public sealed class DeadLetterStore
{
    private readonly Store store;
    private readonly ParkedMessages parked;
    private readonly ParkedSignal signal;
    private readonly TimeProvider clock;

    internal DeadLetterStore(Store store, ParkedMessages parked, ParkedSignal signal, TimeProvider clock)
    {
        this.store = store;
        this.parked = parked;
        this.signal = signal;
        this.clock = clock;
    }

    /// <summary>The newest ones first.</summary>
    public ValueTask<List<DeadLetter>> ListAsync(int limit, CancellationToken cancellationToken = default) =>
        store.QueryAsync(
            $"""
            select dead_letter_id, dead_at, handler, attempts, error_type, error_message, exception, trace_id,
                   id, type, source, destination, key, headers, time, body
            from dead_letters order by dead_at desc limit {limit}
            """,
            Read,
            cancellationToken);

    /// <summary>One, or null.</summary>
    public ValueTask<DeadLetter?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        store.FirstOrDefaultAsync(
            $"""
            select dead_letter_id, dead_at, handler, attempts, error_type, error_message, exception, trace_id,
                   id, type, source, destination, key, headers, time, body
            from dead_letters where dead_letter_id = {id}
            """,
            Read,
            cancellationToken);

    /// <summary>Number of dead letters.</summary>
    public ValueTask<long> CountAsync(CancellationToken cancellationToken = default) =>
        store.FirstOrDefaultAsync($"select count(*) from dead_letters", row => row.GetInt64(0), cancellationToken);

    /// <summary>
    /// Gives a dead letter back to its handler with a fresh count of attempts, under the same message id. False when there is no such letter.
    /// </summary>
    public async ValueTask<bool> RedriveAsync(Guid id, CancellationToken cancellationToken = default)
    {
        var letter = await FindAsync(id, cancellationToken);
        var redriven = letter is not null && await store.WriteAsync(
            async transaction =>
            {
                if (await transaction.ExecuteAsync($"delete from dead_letters where dead_letter_id = {id}") == 0)
                {
                    return false;
                }

                var envelope = letter.Envelope;
                await parked.AddAsync(transaction, envelope, letter.Handler, 0, TimeSpan.Zero);
                return true;
            },
            cancellationToken);
        signal.Set();
        return redriven;
    }

    // A duplicate that fails too refreshes the letter it already is.
    internal async ValueTask AddAsync(StoreTransaction transaction, Envelope envelope, string handler, int attempts, Exception error)
    {
        await transaction.ExecuteAsync(
            $"""
            insert into dead_letters (dead_letter_id, dead_at, handler, attempts, error_type, error_message, exception, trace_id,
                                      id, type, source, destination, key, headers, time, body)
            values ({Ids.New(clock)}, {clock.GetUtcNow()}, {handler}, {attempts}, {error.GetType().FullName}, {error.Message}, {error.ToString()}, {CorrelationContext.TraceId},
                    {envelope.Id}, {envelope.Type}, {envelope.Source}, {envelope.Destination}, {envelope.Key},
                    {EnvelopeRow.Headers(envelope)}, {envelope.Time}, {envelope.Body})
            on conflict (id, handler) do update set
                dead_at = excluded.dead_at, attempts = excluded.attempts, error_type = excluded.error_type,
                error_message = excluded.error_message, exception = excluded.exception, trace_id = excluded.trace_id
            """);
    }

    private static DeadLetter Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetTime(1), row.GetString(2), row.GetInt32(3), row.GetString(4), row.GetString(5), row.GetString(6),
        row.GetStringOrNull(7), EnvelopeRow.Read(row, 8));
}
