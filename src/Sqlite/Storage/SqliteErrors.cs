using Microsoft.Data.Sqlite;
using Portolan.Core.Database;
using SQLitePCL;

namespace Portolan.Sqlite.Storage;

/// <summary>Tells the driver's errors apart by code, never by text.</summary>
internal static class SqliteErrors
{
    public static bool IsBusy(int code) => (code & 0xff) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED;

    /// <summary>An error of the file or of the machine; null where the statement itself is at fault.</summary>
    public static StoreUnavailableException? AsUnavailable(SqliteException error, string path) =>
        Reason(error.SqliteErrorCode) is { } reason
            ? new StoreUnavailableException($"The store {path} {reason} ({error.Message})", error)
            : null;

    public static StoreUnavailableException Unavailable(int code, string path) =>
        new($"The store {path} {Reason(code) ?? "failed"} (SQLite error {code}: {raw.sqlite3_errstr(code).utf8_to_string()}).");

    private static string? Reason(int code) => (code & 0xff) switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "is locked by another process",
        raw.SQLITE_FULL => "is full: free some disk space",
        raw.SQLITE_IOERR => "cannot be read or written: check the disk",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => "is damaged: restore it from a backup",
        raw.SQLITE_CANTOPEN => "cannot be opened: check that the folder exists and may be written",
        raw.SQLITE_READONLY or raw.SQLITE_PERM => "may not be written: check its permissions",
        raw.SQLITE_NOMEM => "ran out of memory",
        raw.SQLITE_INTERRUPT => "was interrupted",
        _ => null,
    };
}
