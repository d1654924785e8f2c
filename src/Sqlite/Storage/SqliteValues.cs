using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Portolan.Sqlite.Storage;

/// <summary>How .NET values lie in a file: identifiers and times as text that sorts, so that any tool can read them.</summary>
internal static class SqliteValues
{
    public static void Bind(SqliteParameter parameter, object? value)
    {
        parameter.ResetSqliteType();
        parameter.Value = value switch
        {
            null => DBNull.Value,
            Guid id => id.ToString("D"),
            DateTimeOffset time => Text(time.UtcDateTime),
            DateTime time => Text(time.ToUniversalTime()),
            decimal number => number.ToString(CultureInfo.InvariantCulture),
            ReadOnlyMemory<byte> bytes => bytes.ToArray(),
            Enum name => name.ToString(),
            _ => value,
        };
    }

    private static string Text(DateTime utc) => utc.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);
}
