using System.Data.Common;

namespace Portolan.Core.Database;

/// <summary>Shorter forms for a write without a result and a read of one statement.</summary>
public static class StoreExtensions
{
    /// <summary>Runs <paramref name="work"/> in a transaction and returns when it is durable.</summary>
    public static async ValueTask WriteAsync(
        this Store store, Func<StoreTransaction, ValueTask> work, CancellationToken cancellationToken = default) =>
        await store.WriteAsync(
            async transaction =>
            {
                await work(transaction);
                return true;
            },
            cancellationToken);

    /// <summary>All rows of one query.</summary>
    public static ValueTask<List<T>> QueryAsync<T>(
        this Store store, Sql sql, Func<DbDataReader, T> map, CancellationToken cancellationToken = default) =>
        store.ReadAsync(session => session.QueryAsync(sql, map, cancellationToken), cancellationToken);

    /// <summary>The first row of one query; where there is none null, or a value type's default.</summary>
    public static ValueTask<T?> FirstOrDefaultAsync<T>(
        this Store store, Sql sql, Func<DbDataReader, T> map, CancellationToken cancellationToken = default) =>
        store.ReadAsync(session => session.FirstOrDefaultAsync(sql, map, cancellationToken), cancellationToken);
}
