using Microsoft.Data.Sqlite;
using Portolan.Core.Database;
using SQLitePCL;

namespace Portolan.Sqlite.Storage;

/// <summary>
/// One connection with its prepared statements. Used by one caller at a time. Statements that can meet another process's
/// lock go through <see cref="RunAsync"/>: the driver's own retry sleeps in steps of 150 ms.
/// </summary>
internal sealed class SqliteDatabase : IDisposable
{
    private const int NoCheckpointOnClose = 1006;
    private const int DeferredForeignKeys = 10;
    private const int MaximumStatements = 256;

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteCommand> statements = new(StringComparer.Ordinal);
    private readonly Dictionary<string, sqlite3_stmt> controls = new(StringComparer.Ordinal);

    private SqliteDatabase(SqliteConnection connection, string path)
    {
        this.connection = connection;
        Path = path;
    }

    public string Path { get; }

    /// <summary>False inside a transaction. An error of the disk can end one behind our back.</summary>
    public bool IsIdle => raw.sqlite3_get_autocommit(connection.Handle) != 0;

    /// <summary>Opens for writing, and makes the file in WAL mode, each commit synced to the disk.</summary>
    public static async ValueTask<SqliteDatabase> OpenAsync(string path, TimeSpan lockTimeout, CancellationToken cancellationToken)
    {
        MakeFolder(System.IO.Path.GetDirectoryName(path)!, path);
        var database = Open(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            await database.RunAsync("PRAGMA journal_mode=WAL", lockTimeout, cancellationToken);
            await database.RunAsync("PRAGMA synchronous=FULL", lockTimeout, cancellationToken);
            await database.RunAsync("PRAGMA foreign_keys=ON", lockTimeout, cancellationToken);

            // One process a file moves the log back into it (SqliteCheckpointer); two at once can corrupt it before SQLite 3.51.3.
            await database.RunAsync("PRAGMA wal_autocheckpoint=0", lockTimeout, cancellationToken);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Opens an existing file that another process writes.</summary>
    public static SqliteDatabase OpenReadOnly(string path) => Open(path, SqliteOpenMode.ReadOnly);

    /// <summary>Runs a statement without parameters, again and again while another process holds the lock it needs.</summary>
    /// <returns>True when it had to wait.</returns>
    public async ValueTask<bool> RunAsync(string statement, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Real time, whatever clock the service runs on: the lock is held by another process.
        var started = TimeProvider.System.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var code = Step(statement);
            if (code is raw.SQLITE_OK)
            {
                return attempt > 0;
            }

            if (!SqliteErrors.IsBusy(code) || TimeProvider.System.GetElapsedTime(started) > timeout)
            {
                throw SqliteErrors.Unavailable(code, Path);
            }

            await PauseAsync(attempt, cancellationToken);
        }
    }

    /// <summary>Runs a statement without parameters that cannot meet a lock.</summary>
    public void Run(string statement)
    {
        var code = Step(statement);
        if (code != raw.SQLITE_OK)
        {
            throw SqliteErrors.Unavailable(code, Path);
        }
    }

    /// <summary>Ends the transaction, if there still is one.</summary>
    public void Rollback() => Step("ROLLBACK");

    /// <summary>Runs <paramref name="work"/> in a transaction of its own, which an exception takes back.</summary>
    public async ValueTask<T> TransactAsync<T>(Func<T> work, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await RunAsync("BEGIN IMMEDIATE", timeout, cancellationToken);
        try
        {
            var result = work();
            await RunAsync("COMMIT", timeout, CancellationToken.None);
            return result;
        }
        catch
        {
            Rollback();
            throw;
        }
    }

    /// <summary>Throws where a deferred foreign key is broken now, or the commit would fail for everyone in it.</summary>
    public void RequireReferences()
    {
        if (raw.sqlite3_db_status(connection.Handle, DeferredForeignKeys, out var broken, out _, 0) == raw.SQLITE_OK && broken != 0)
        {
            throw new SqliteException("FOREIGN KEY constraint failed: the write leaves a deferred reference without its row.", raw.SQLITE_CONSTRAINT);
        }
    }

    public int Execute(Sql sql)
    {
        try
        {
            return Prepare(sql).ExecuteNonQuery();
        }
        catch (SqliteException error) when (SqliteErrors.AsUnavailable(error, Path) is { } unavailable)
        {
            throw unavailable;
        }
    }

    public List<T> Query<T>(Sql sql, Func<SqliteDataReader, T> map, int limit = int.MaxValue)
    {
        try
        {
            using var reader = Prepare(sql).ExecuteReader();
            var rows = new List<T>();
            while (rows.Count < limit && reader.Read())
            {
                rows.Add(map(reader));
            }

            return rows;
        }
        catch (SqliteException error) when (SqliteErrors.AsUnavailable(error, Path) is { } unavailable)
        {
            throw unavailable;
        }
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Dispose();
        }

        foreach (var control in controls.Values)
        {
            control.Dispose();
        }

        controls.Clear();
        connection.Dispose();
    }

    private static void MakeFolder(string folder, string path)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The store {path} cannot be made: its folder is missing and cannot be made ({error.Message})", error);
        }
    }

    private static SqliteDatabase Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 5,
        }.ToString());
        try
        {
            connection.Open();
            raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, 1, out _);
            return new SqliteDatabase(connection, path);
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw SqliteErrors.AsUnavailable(error, path) ?? (Exception)error;
        }
    }

    // Short at first, because a commit elsewhere takes a millisecond; never in step with another waiter.
    private static Task PauseAsync(int attempt, CancellationToken cancellationToken) =>
        attempt < 3
            ? Task.Run(Thread.Yield, cancellationToken)
            : Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 3)), TimeProvider.System, cancellationToken);

    // Begin, savepoint, release, commit: they run for every write, and parsing them anew costs more than they do.
    private int Step(string statement)
    {
        if (!controls.TryGetValue(statement, out var control))
        {
            var code = raw.sqlite3_prepare_v2(connection.Handle, statement, out control);
            if (code != raw.SQLITE_OK)
            {
                return code;
            }

            controls.Add(statement, control);
        }

        var result = raw.sqlite3_step(control);
        raw.sqlite3_reset(control);
        return result is raw.SQLITE_DONE or raw.SQLITE_ROW ? raw.SQLITE_OK : result;
    }

    private SqliteCommand Prepare(Sql sql)
    {
        var text = sql.Text;
        if (!statements.TryGetValue(text, out var command))
        {
            ForgetStatementsWhenFull();
            command = connection.CreateCommand();
            command.CommandText = text;
            for (var index = 0; index < sql.Parameters.Count; index++)
            {
                command.Parameters.Add(new SqliteParameter($"@{index}", null));
            }

            statements.Add(text, command);
        }

        for (var index = 0; index < sql.Parameters.Count; index++)
        {
            SqliteValues.Bind(command.Parameters[index], sql.Parameters[index]);
        }

        return command;
    }

    private void ForgetStatementsWhenFull()
    {
        if (statements.Count < MaximumStatements)
        {
            return;
        }

        foreach (var statement in statements.Values)
        {
            statement.Dispose();
        }

        statements.Clear();
    }
}
