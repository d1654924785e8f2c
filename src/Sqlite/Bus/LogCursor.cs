using Portolan.Core.Database;

namespace Portolan.Sqlite.Bus;

/// <summary>How far this service has received one log. It lies in the service's own store.</summary>
internal sealed class LogCursor(Store store, string source)
{
    /// <summary>The stored position in this very log; null for a log that is new to the service.</summary>
    public async ValueTask<long?> LoadAsync(string logId, CancellationToken cancellationToken)
    {
        var rows = await store.QueryAsync(
            $"select position from bus_cursors where source = {source} and log_id = {logId}", row => row.GetInt64(0), cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    public ValueTask SaveAsync(string logId, long position, CancellationToken cancellationToken) =>
        store.WriteAsync(
            async transaction =>
            {
                await transaction.ExecuteAsync(
                    $"""
                    insert into bus_cursors (source, log_id, position) values ({source}, {logId}, {position})
                    on conflict (source) do update set log_id = excluded.log_id, position = excluded.position
                    """);
            },
            cancellationToken);
}
