using System.Data.Common;

namespace Portolan.Core.Database;

/// <summary>Readers for columns that may be null, and for times.</summary>
public static class RowExtensions
{
    /// <summary>Text, or null.</summary>
    public static string? GetStringOrNull(this DbDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetString(ordinal);

    /// <summary>An instant, stored as ISO 8601 UTC text or as the technology's own type.</summary>
    public static DateTimeOffset GetTime(this DbDataReader row, int ordinal) => row.GetFieldValue<DateTimeOffset>(ordinal).ToUniversalTime();

    /// <summary>An instant, or null.</summary>
    public static DateTimeOffset? GetTimeOrNull(this DbDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetTime(ordinal);

    /// <summary>Bytes.</summary>
    public static byte[] GetBytes(this DbDataReader row, int ordinal) => row.GetFieldValue<byte[]>(ordinal);
}
