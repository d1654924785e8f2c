using System.Data.Common;
using Portolan.Core.Database;

namespace Portolan.Sqlite.Storage;

/// <summary>One read transaction.</summary>
internal sealed class SqliteSession(SqliteAccess access) : StoreSession
{
    public override ValueTask<List<T>> QueryAsync<T>(Sql sql, Func<DbDataReader, T> map, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(access.Query(sql, map));

    public override ValueTask<T?> FirstOrDefaultAsync<T>(Sql sql, Func<DbDataReader, T> map, CancellationToken cancellationToken = default)
        where T : default =>
        ValueTask.FromResult(access.Query(sql, map, limit: 1).FirstOrDefault());
}

/// <summary>
/// A connection lent to one delegate. The end waits for a statement that is still running, because the connection then
/// goes to a stranger: a delegate that ran out of time, or kept what it was handed, cannot reach it any more.
/// </summary>
internal sealed class SqliteAccess(SqliteDatabase database)
{
    private readonly Lock gate = new();
    private volatile bool closed;

    public bool IsOpen => !closed;

    public int Execute(Sql sql)
    {
        lock (gate)
        {
            RequireOpen();
            return database.Execute(sql);
        }
    }

    public List<T> Query<T>(Sql sql, Func<DbDataReader, T> map, int limit = int.MaxValue)
    {
        lock (gate)
        {
            RequireOpen();
            return database.Query(sql, map, limit);
        }
    }

    public void Close()
    {
        lock (gate)
        {
            closed = true;
        }
    }

    public void RequireOpen()
    {
        if (closed)
        {
            throw new InvalidOperationException(
                "This session or transaction is over: it is valid only inside the delegate or handler it was handed to.");
        }
    }
}
