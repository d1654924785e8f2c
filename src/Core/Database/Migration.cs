using System.Reflection;

namespace Portolan.Core.Database;

/// <summary>One step of a store's schema, applied once.</summary>
/// <param name="Name">Unique in the store, never changed: <c>messaging-001-outbox</c>.</param>
/// <param name="Apply">The change, in a transaction of its own.</param>
/// <param name="Text">What is compared with what was applied under this name; a change of it is refused. Null is not compared.</param>
public sealed record Migration(string Name, Func<StoreTransaction, ValueTask> Apply, string? Text = null)
{
    /// <summary>A migration of SQL statements, separated by semicolons; the database takes them apart, who knows its literals and triggers.</summary>
    public static Migration FromSql(string name, string statements) =>
        new(name, async transaction => { await transaction.ExecuteAsync(Sql.Raw(statements)); }, statements);

    /// <summary>The embedded resources <c>*.Migrations.*.sql</c> of an assembly, in the order of their names.</summary>
    public static IReadOnlyList<Migration> Embedded(Assembly assembly, string prefix)
    {
        var migrations = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            var start = resource.IndexOf(".Migrations.", StringComparison.Ordinal);
            if (start < 0 || !resource.EndsWith(".sql", StringComparison.Ordinal))
            {
                continue;
            }

            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var name = resource[(start + ".Migrations.".Length)..^".sql".Length];
            migrations.Add(FromSql($"{prefix}-{name}", reader.ReadToEnd()));
        }

        return migrations;
    }
}
