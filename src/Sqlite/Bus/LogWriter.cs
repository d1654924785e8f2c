using Portolan.Core.Database;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Transport;
using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Bus;

/// <summary>Appends to this service's own log. Its relay calls it, one instance at a time.</summary>
internal sealed class LogWriter(SqliteBusOptions options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);
    private const int TrimChunk = 1_000;

    // Relaying and trimming take turns on one connection.
    private readonly SemaphoreSlim turn = new(1);
    private SqliteDatabase? database;

    public string Path { get; } = System.IO.Path.Combine(options.Folder, options.Service + ".db");

    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        database = await SqliteDatabase.OpenAsync(Path, LockTimeout, cancellationToken);
        await LogSchema.MakeAsync(database, LockTimeout, cancellationToken);
    }

    public Task<long> GetRelayedAsync(string storeId, CancellationToken cancellationToken) =>
        InTurnAsync(log => ValueTask.FromResult(Relayed(log, storeId)), cancellationToken);

    public Task AppendAsync(string storeId, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken) =>
        InTurnAsync(log => AppendAsync(log, storeId, messages), cancellationToken);

    /// <summary>Drops the oldest messages past their age, or while the log is too large. Returns how many went.</summary>
    public Task<int> TrimAsync(CancellationToken cancellationToken) => InTurnAsync(TrimAsync, cancellationToken);

    public void Dispose()
    {
        database?.Dispose();
        turn.Dispose();
    }

    private static long Relayed(SqliteDatabase log, string storeId) =>
        log.Query($"select position from relayed where store_id = {storeId}", row => row.GetInt64(0)).FirstOrDefault();

    private async Task<T> InTurnAsync<T>(Func<SqliteDatabase, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await work(database!);
        }
        finally
        {
            turn.Release();
        }
    }

    private static ValueTask<int> AppendAsync(SqliteDatabase log, string storeId, IReadOnlyList<OutboxMessage> messages) =>
        log.TransactAsync(
            () =>
            {
                var relayed = Relayed(log, storeId);
                foreach (var message in messages)
                {
                    if (message.Position > relayed)
                    {
                        Insert(log, message.Envelope);
                    }
                }

                var last = Math.Max(relayed, messages[^1].Position);
                return log.Execute($"insert into relayed (store_id, position) values ({storeId}, {last}) on conflict (store_id) do update set position = excluded.position");
            },
            LockTimeout,
            CancellationToken.None);

    private static void Insert(SqliteDatabase log, Envelope envelope) =>
        log.Execute(
            $"""
            insert into messages (id, type, source, destination, key, headers, time, body)
            values ({envelope.Id}, {envelope.Type}, {envelope.Source}, {envelope.Destination}, {envelope.Key},
                    {EnvelopeRow.Headers(envelope)}, {envelope.Time}, {envelope.Body})
            """);

    private async ValueTask<int> TrimAsync(SqliteDatabase log)
    {
        var last = LastToTrim(log);
        return last == 0
            ? 0
            : await log.TransactAsync(
                () =>
                {
                    log.Execute($"update log set trimmed = {last}");
                    return log.Execute($"delete from messages where position <= {last}");
                },
                LockTimeout,
                CancellationToken.None);
    }

    // From the front, up to the first message that stays: one that comes late with an old time takes no fresh ones with it.
    private long LastToTrim(SqliteDatabase log)
    {
        var size = log.Query($"select page_count * page_size from pragma_page_count(), pragma_page_size()", row => row.GetInt64(0)).First();
        var free = log.Query($"select freelist_count * page_size from pragma_freelist_count(), pragma_page_size()", row => row.GetInt64(0)).First();
        var tooLarge = size - free > options.RetentionBytes;
        var oldest = clock.GetUtcNow() - options.RetentionAge;
        var last = 0L;
        foreach (var (position, time) in log.Query($"select position, time from messages order by position limit {TrimChunk}", row => (row.GetInt64(0), row.GetTime(1))))
        {
            if (!tooLarge && time >= oldest)
            {
                break;
            }

            last = position;
        }

        return last;
    }
}
