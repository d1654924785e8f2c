using System.Data.Common;

namespace Portolan.Core.Database;

/// <summary>A consistent view of the store. Valid only inside the delegate it was handed to.</summary>
public abstract class StoreSession
{
    /// <summary>All rows of a query, each through <paramref name="map"/>.</summary>
    public abstract ValueTask<List<T>> QueryAsync<T>(Sql sql, Func<DbDataReader, T> map, CancellationToken cancellationToken = default);

    /// <summary>The first row of a query; where there is none null, or a value type's default: map to a nullable one to tell them apart.</summary>
    public abstract ValueTask<T?> FirstOrDefaultAsync<T>(Sql sql, Func<DbDataReader, T> map, CancellationToken cancellationToken = default);
}
