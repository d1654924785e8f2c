using Portolan.Core.Database;
using Portolan.Sqlite.Storage;

namespace Portolan.Sqlite.Bus;

/// <summary>The tables of one service's log file.</summary>
internal static class LogSchema
{
    private static readonly string[] Statements =
    [
        """
        create table if not exists messages (
            position integer primary key autoincrement, id text not null, type text not null, source text not null,
            destination text null, key text null, headers text not null, time text not null, body blob not null)
        """,
        // How far each store's outbox was handed over, committed together with its messages.
        "create table if not exists relayed (store_id text primary key, position integer not null) without rowid",
        // One row: which log this is, so that a reader knows a new one from an old one, and the last position that retention took.
        "create table if not exists log (log_id text not null, trimmed integer not null)",
        "insert into log (log_id, trimmed) select lower(hex(randomblob(16))), 0 where not exists (select 1 from log)",
    ];

    public static async ValueTask MakeAsync(SqliteDatabase log, TimeSpan timeout, CancellationToken cancellationToken) =>
        await log.TransactAsync(() => Statements.Sum(statement => log.Execute(Sql.Raw(statement))), timeout, cancellationToken);
}
