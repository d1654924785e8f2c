using Microsoft.Extensions.Logging;
using Portolan.Core.Database;

namespace Portolan.Sqlite.Storage;

/// <summary>A service's store in one SQLite file, shared by the instances of that service on one machine.</summary>
public sealed class SqliteStore : Store
{
    private readonly SqliteStoreOptions options;
    private readonly SqliteWriter writer;
    private readonly SqliteReaders readers;
    private readonly SqliteCheckpointer checkpointer;
    private readonly TimeProvider clock;

    private SqliteStore(SqliteStoreOptions options, SqliteDatabase database, TimeProvider clock, ILogger logger)
    {
        this.options = options;
        this.clock = clock;
        writer = new SqliteWriter(database, options, logger);
        readers = new SqliteReaders(options);
        checkpointer = new SqliteCheckpointer(options.Path, logger);
    }

    /// <inheritdoc />
    public override string Name => "sqlite:" + options.Path;

    /// <summary>Opens the file, and makes it when it is missing.</summary>
    /// <exception cref="StoreUnavailableException">It cannot be opened or is not a database.</exception>
    public static async ValueTask<SqliteStore> OpenAsync(
        SqliteStoreOptions options, TimeProvider clock, ILoggerFactory loggers, CancellationToken cancellationToken = default)
    {
        Engine.Load();
        var database = await SqliteDatabase.OpenAsync(options.Path, options.LockTimeout, cancellationToken);
        return new SqliteStore(options, database, clock, loggers.CreateLogger<SqliteStore>());
    }

    /// <inheritdoc />
    public override ValueTask<T> WriteAsync<T>(Func<StoreTransaction, ValueTask<T>> work, CancellationToken cancellationToken = default) =>
        writer.WriteAsync(work, cancellationToken);

    /// <inheritdoc />
    public override ValueTask<T> ReadAsync<T>(Func<StoreSession, ValueTask<T>> work, CancellationToken cancellationToken = default) =>
        readers.ReadAsync(work, cancellationToken);

    /// <inheritdoc />
    public override ValueTask MigrateAsync(IReadOnlyList<Migration> migrations, CancellationToken cancellationToken = default) =>
        SqliteMigrations.ApplyAsync(this, migrations, clock, cancellationToken);

    /// <inheritdoc />
    public override ValueTask<IAsyncDisposable?> TryLockAsync(string name, CancellationToken cancellationToken = default)
    {
        var file = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '-'));
        try
        {
            return ValueTask.FromResult<IAsyncDisposable?>(FileLock.TryTake($"{options.Path}-{file}.lock"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The store {options.Path} cannot be locked for {name}: {error.Message}", error);
        }
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await checkpointer.DisposeAsync();
        await writer.DisposeAsync();
        readers.Dispose();
    }
}
