using System.Data.Common;
using Portolan.Core.Database;

namespace Portolan.Sqlite.Storage;

/// <summary>One write inside the writer's current commit.</summary>
internal sealed class SqliteTransaction(SqliteDatabase database) : StoreTransaction
{
    private readonly SqliteAccess access = new(database);

    public List<Action>? Committed { get; private set; }

    public bool IsOpen => access.IsOpen;

    public override ValueTask<int> ExecuteAsync(Sql sql, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(access.Execute(sql));

    public override ValueTask<List<T>> QueryAsync<T>(Sql sql, Func<DbDataReader, T> map, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(access.Query(sql, map));

    public override ValueTask<T?> FirstOrDefaultAsync<T>(Sql sql, Func<DbDataReader, T> map, CancellationToken cancellationToken = default)
        where T : default =>
        ValueTask.FromResult(access.Query(sql, map, limit: 1).FirstOrDefault());

    public override void OnCommitted(Action action)
    {
        access.RequireOpen();
        (Committed ??= []).Add(action);
    }

    public void Close() => access.Close();
}
