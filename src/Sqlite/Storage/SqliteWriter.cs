using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Portolan.Core.Database;

namespace Portolan.Sqlite.Storage;

/// <summary>
/// The only writer of this process. Each write runs in a savepoint; all that wait share one commit, and so one sync of
/// the disk. A write that fails takes back its own savepoint and nothing else.
/// </summary>
internal sealed partial class SqliteWriter : IAsyncDisposable
{
    private static readonly TimeSpan LongHold = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Courtesy = TimeSpan.FromMilliseconds(250);

    private readonly SqliteDatabase database;
    private readonly SqliteStoreOptions options;
    private readonly ILogger logger;
    private readonly Channel<WriteItem> queue;

    // The transaction that the running code was handed, to refuse a write that would wait for itself.
    private readonly AsyncLocal<SqliteTransaction?> inside = new();
    private readonly Task loop;

    // When another process last had to be waited for.
    private long met;

    public SqliteWriter(SqliteDatabase database, SqliteStoreOptions options, ILogger logger)
    {
        this.database = database;
        this.options = options;
        this.logger = logger;
        queue = Channel.CreateBounded<WriteItem>(new BoundedChannelOptions(options.QueueLength) { SingleReader = true });
        using (ExecutionContext.SuppressFlow())
        {
            loop = Task.Run(LoopAsync);
        }
    }

    public async ValueTask<T> WriteAsync<T>(Func<StoreTransaction, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        if (inside.Value is { IsOpen: true })
        {
            throw new InvalidOperationException(
                "A write inside a write of the same store would wait for itself: use the StoreTransaction this code was handed.");
        }

        var item = new WriteItem<T>(work, cancellationToken);
        try
        {
            await queue.Writer.WriteAsync(item, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw Closed();
        }

        await using var registration = cancellationToken.UnsafeRegister(static state => ((WriteItem)state!).Cancel(), item);
        return await item.Outcome;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
        database.Dispose();
    }

    private async Task LoopAsync()
    {
        var done = new List<WriteItem>(options.MaximumBatch);
        try
        {
            while (await queue.Reader.WaitToReadAsync())
            {
                try
                {
                    await CommitBatchAsync(done);
                }
                catch (Exception error)
                {
                    // Nothing of this batch is durable: every caller in it is told, and the writer goes on.
                    Abandon(done, error);
                }

                done.Clear();
            }
        }
        finally
        {
            queue.Writer.TryComplete();
            while (queue.Reader.TryRead(out var item))
            {
                item.Fail(Closed());
            }
        }
    }

    private async Task CommitBatchAsync(List<WriteItem> done)
    {
        await BeginAsync();
        var began = Stopwatch.GetTimestamp();
        while (done.Count < options.MaximumBatch && Stopwatch.GetElapsedTime(began) < options.BatchTime && queue.Reader.TryRead(out var item))
        {
            await RunAsync(item, done);
        }

        await database.RunAsync("COMMIT", options.LockTimeout, CancellationToken.None);
        foreach (var item in done)
        {
            Acknowledge(item);
        }

        SqliteMetrics.Committed(done.Count, Stopwatch.GetElapsedTime(began));
        if (met != 0 && Stopwatch.GetElapsedTime(met) < Courtesy)
        {
            // Another process writes too and may be waiting for us now: let it in before the next batch.
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    private async ValueTask BeginAsync()
    {
        try
        {
            if (await database.RunAsync("BEGIN IMMEDIATE", options.LockTimeout, CancellationToken.None))
            {
                met = Stopwatch.GetTimestamp();
            }
        }
        catch (StoreUnavailableException error)
        {
            // No transaction, so no batch: whoever waited this long is told, the others have the rest of their own time.
            for (var first = true; queue.Reader.TryPeek(out var item) && (first || item.Waited >= options.LockTimeout); first = false)
            {
                queue.Reader.TryRead(out _);
                item.Fail(error);
            }

            throw;
        }
    }

    private async ValueTask RunAsync(WriteItem item, List<WriteItem> done)
    {
        if (!item.TryBegin())
        {
            return;
        }

        var began = Stopwatch.GetTimestamp();
        var transaction = new SqliteTransaction(database);
        try
        {
            database.Run("SAVEPOINT w");
            await HoldAsync(item, transaction);
            transaction.Close();
            database.RequireReferences();

            // Fails where SQLite gave up the whole transaction and the delegate swallowed the error.
            database.Run("RELEASE w");
            done.Add(item);
        }
        catch (Exception error)
        {
            transaction.Close();
            item.Fail(error);
            TakeBack();
        }
        finally
        {
            ReportHold(Stopwatch.GetElapsedTime(began));
        }
    }

    private async ValueTask HoldAsync(WriteItem item, SqliteTransaction transaction)
    {
        var running = item.RunAsync(transaction, inside);
        try
        {
            await running.WaitAsync(options.HoldTimeout, TimeProvider.System);
        }
        catch (TimeoutException error) when (!running.IsCompleted)
        {
            throw HeldTooLong(error);
        }
    }

    private void TakeBack()
    {
        if (database.IsIdle)
        {
            // SQLite gave up the whole transaction (disk full, I/O error): what ran before in this batch is gone too.
            throw new StoreUnavailableException($"The store {database.Path} rolled back: the disk is full or failed.");
        }

        database.Run("ROLLBACK TO w");
        database.Run("RELEASE w");
    }

    // It is durable: whatever a callback does, the caller is told so.
    private void Acknowledge(WriteItem item)
    {
        try
        {
            item.Committed?.ForEach(action => action());
        }
        catch (Exception error)
        {
            Log.CallbackFailed(logger, database.Path, error);
        }

        item.Complete();
    }

    private void Abandon(List<WriteItem> done, Exception error)
    {
        var reason = error as StoreUnavailableException ?? new StoreUnavailableException($"The store {database.Path} could not commit.", error);
        done.ForEach(item => item.Fail(reason));
        database.Rollback();
        Log.CommitFailed(logger, database.Path, done.Count, error);
    }

    private StoreUnavailableException Closed() => new($"The store {database.Path} is closed.");

    private StoreHeldException HeldTooLong(Exception inner) =>
        new($"A write held the store {database.Path} for more than {options.HoldTimeout.TotalSeconds:0} s and was rolled back. Do slow work before the transaction (LoadAsync), not in it.", inner);

    private void ReportHold(TimeSpan held)
    {
        SqliteMetrics.Held(held);
        if (held > LongHold)
        {
            Log.HeldLong(logger, held.TotalMilliseconds, database.Path);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, EventName = "StoreHeldLong",
            Message = "A write held the store for {Milliseconds:0} ms; other writes waited. Do slow work before the transaction. ({Path})")]
        public static partial void HeldLong(ILogger logger, double milliseconds, string path);

        [LoggerMessage(Level = LogLevel.Error, EventName = "StoreCallbackFailed", Message = "What was to run after a commit of {Path} failed; the commit stands")]
        public static partial void CallbackFailed(ILogger logger, string path, Exception error);

        [LoggerMessage(Level = LogLevel.Error, EventName = "StoreCommitFailed", Message = "{Writes} writes to {Path} were not committed")]
        public static partial void CommitFailed(ILogger logger, string path, int writes, Exception error);
    }
}
