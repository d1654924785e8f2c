using System.Security.Cryptography;
using System.Text;
using Portolan.Core.Database;

namespace Portolan.Sqlite.Storage;

/// <summary>
/// Applies each migration once. The write lock is the lock among starting instances: whoever comes second finds the
/// migration applied.
/// </summary>
internal static class SqliteMigrations
{
    public static async ValueTask ApplyAsync(Store store, IReadOnlyList<Migration> migrations, TimeProvider clock, CancellationToken cancellationToken)
    {
        await store.WriteAsync(
            async transaction => { await transaction.ExecuteAsync($"create table if not exists portolan_migrations (name text primary key, checksum text null, applied_at text not null)"); },
            cancellationToken);

        foreach (var migration in migrations)
        {
            await store.WriteAsync(transaction => ApplyAsync(transaction, migration, clock), cancellationToken);
        }
    }

    private static async ValueTask ApplyAsync(StoreTransaction transaction, Migration migration, TimeProvider clock)
    {
        var checksum = migration.Text is null ? null : Checksum(migration.Text);
        var applied = await transaction.FirstOrDefaultAsync(
            $"select coalesce(checksum, '') from portolan_migrations where name = {migration.Name}", row => row.GetString(0));
        if (applied is not null)
        {
            RequireUnchanged(migration, applied, checksum);
            return;
        }

        try
        {
            await migration.Apply(transaction);
        }
        catch (Exception error) when (error is not StoreException)
        {
            throw new MigrationException(migration.Name, $"Migration {migration.Name} failed and was taken back: {error.Message}", error);
        }

        await transaction.ExecuteAsync(
            $"insert into portolan_migrations (name, checksum, applied_at) values ({migration.Name}, {checksum}, {clock.GetUtcNow()})");
    }

    private static void RequireUnchanged(Migration migration, string applied, string? checksum)
    {
        if (checksum is not null && applied.Length > 0 && applied != checksum)
        {
            throw new MigrationException(
                migration.Name,
                $"Migration {migration.Name} was changed after it had been applied. Restore its text and put the change into a new migration.");
        }
    }

    private static string Checksum(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n").Trim())));
}
