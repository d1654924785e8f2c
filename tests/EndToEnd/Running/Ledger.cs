using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Portolan.EndToEnd.Tests.Running;

/// <summary>Reads the services' databases after the shop has stopped.</summary>
internal static class Ledger
{
    public static List<T> Query<T>(string path, string sql, Func<SqliteDataReader, T> map)
    {
        Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }
}
