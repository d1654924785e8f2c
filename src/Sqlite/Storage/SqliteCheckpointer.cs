using Microsoft.Extensions.Logging;
using Portolan.Core.Database;

namespace Portolan.Sqlite.Storage;

/// <summary>
/// Moves a file's write-ahead log back into it. Of all processes that share the file exactly one does; when it ends,
/// another takes over.
/// </summary>
internal sealed partial class SqliteCheckpointer : IAsyncDisposable
{
    private const long CheckpointBytes = 4 << 20;
    private const long TruncateBytes = 64 << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly string path;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task loop;
    private SqliteDatabase? database;

    public SqliteCheckpointer(string path, ILogger logger)
    {
        this.path = path;
        this.logger = logger;
        loop = Task.Run(LoopAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
    }

    private async Task LoopAsync()
    {
        FileLock? turn = null;
        var failing = false;
        try
        {
            using var timer = new PeriodicTimer(Interval, TimeProvider.System);
            do
            {
                try
                {
                    turn ??= FileLock.TryTake(path + "-checkpointer");
                    if (turn is not null && LogLength() is > CheckpointBytes and var length)
                    {
                        await CheckpointAsync(length);
                    }

                    failing = false;
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    Report(error, failing);
                    failing = true;
                }
            }
            while (await timer.WaitForNextTickAsync(stopping.Token));
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            database?.Dispose();
            turn?.Dispose();
        }
    }

    private long LogLength() => new FileInfo(path + "-wal") is { Exists: true } log ? log.Length : 0;

    // Passive never waits for a reader or a writer, but under steady writing it never reaches the end, and only there the
    // log begins anew: a large log is moved first and then cut, which holds up the writers for what little came in between.
    private async Task CheckpointAsync(long length)
    {
        database ??= await SqliteDatabase.OpenAsync(path, Interval, stopping.Token);
        Checkpoint(database, "PASSIVE");
        var began = TimeProvider.System.GetTimestamp();
        while (length > TruncateBytes && !Checkpoint(database, "TRUNCATE") && TimeProvider.System.GetElapsedTime(began) < Interval)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, stopping.Token);
        }
    }

    // False when somebody was in the way.
    private static bool Checkpoint(SqliteDatabase database, string mode) =>
        database.Query(Sql.Raw($"PRAGMA wal_checkpoint({mode})"), row => row.GetInt32(0)).First() == 0;

    private void Report(Exception error, bool again)
    {
        // The connection may be what failed.
        database?.Dispose();
        database = null;

        // Once, not every two seconds for as long as a disk is full.
        if (!again)
        {
            Log.Failed(logger, path, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, EventName = "CheckpointFailed", Message = "Checkpointing {Path} failed; its log grows until it works again")]
        public static partial void Failed(ILogger logger, string path, Exception error);
    }
}
