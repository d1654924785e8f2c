using System.Collections.Concurrent;
using Portolan.Core.Database;

namespace Portolan.Sqlite.Storage;

/// <summary>A bounded set of reading connections, opened as they are needed.</summary>
internal sealed class SqliteReaders(SqliteStoreOptions options) : IDisposable
{
    private readonly ConcurrentBag<SqliteDatabase> idle = [];
    private readonly SemaphoreSlim places = new(options.Readers);
    private volatile bool closed;

    public async ValueTask<T> ReadAsync<T>(Func<StoreSession, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        if (closed)
        {
            throw new StoreUnavailableException($"The store {options.Path} is closed.");
        }

        if (!await places.WaitAsync(options.LockTimeout, cancellationToken))
        {
            throw new StoreUnavailableException($"All {options.Readers} readers of {options.Path} have been busy for {options.LockTimeout.TotalSeconds:0} s.");
        }

        var database = idle.TryTake(out var open) ? open : null;
        try
        {
            database ??= SqliteDatabase.OpenReadOnly(options.Path);
            return await ReadAsync(database, work, cancellationToken);
        }
        catch (StoreException)
        {
            // The connection may be what failed: a fresh one takes its place.
            database?.Dispose();
            database = null;
            throw;
        }
        finally
        {
            GiveBack(database);
            places.Release();
        }
    }

    public void Dispose()
    {
        closed = true;
        while (idle.TryTake(out var database))
        {
            database.Dispose();
        }
    }

    private void GiveBack(SqliteDatabase? database)
    {
        if (database is not null)
        {
            idle.Add(database);
        }

        if (closed)
        {
            Dispose();
        }
    }

    private async ValueTask<T> ReadAsync<T>(SqliteDatabase database, Func<StoreSession, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        await database.RunAsync("BEGIN", options.LockTimeout, cancellationToken);
        var access = new SqliteAccess(database);
        try
        {
            return await work(new SqliteSession(access));
        }
        finally
        {
            access.Close();
            database.Rollback();
        }
    }
}
