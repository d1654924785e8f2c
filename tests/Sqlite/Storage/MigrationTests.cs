using Portolan.Core.Database;

namespace Portolan.Sqlite.Tests.Storage;

public sealed class MigrationTests : StoreTest
{
    [Fact]
    public async Task A_migration_is_applied_once()
    {
        var applied = 0;
        var migration = new Migration("once", _ =>
        {
            applied++;
            return ValueTask.CompletedTask;
        });

        await Store.MigrateAsync([migration], Token);
        await Store.MigrateAsync([migration], Token);

        Assert.Equal(1, applied);
    }

    [Fact]
    public async Task Instances_that_start_together_apply_a_migration_once()
    {
        var applied = 0;
        var migrations = Enumerable.Range(0, 5).Select(number => new Migration($"m{number}", async transaction =>
        {
            Interlocked.Increment(ref applied);
            await transaction.ExecuteAsync(Sql.Raw($"create table t{number} (a)"));
        })).ToList();
        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync().AsTask()));

        await Task.WhenAll(stores.Select(store => Task.Run(async () => await store.MigrateAsync(migrations, Token))));

        Assert.Equal(5, applied);
    }

    [Fact]
    public async Task A_migration_that_was_changed_after_it_had_been_applied_is_refused()
    {
        await Store.MigrateAsync([Migration.FromSql("001", "create table a (b);")], Token);

        var refusal = await Assert.ThrowsAsync<MigrationException>(async () =>
            await Store.MigrateAsync([Migration.FromSql("001", "create table a (b, c);")], Token));

        Assert.Equal("001", refusal.Migration);
        await Store.MigrateAsync([Migration.FromSql("001", "create table a (b);\r\n")], Token);
    }

    [Fact]
    public async Task Nothing_remains_of_a_migration_that_fails()
    {
        var broken = Migration.FromSql("002", "create table good (a);\ninsert into good values (1);\ncreate table broken (;\n");

        var failure = await Assert.ThrowsAsync<MigrationException>(async () => await Store.MigrateAsync([broken], Token));
        await Store.MigrateAsync([Migration.FromSql("002", "create table good (a);")], Token);

        Assert.Equal("002", failure.Migration);
        Assert.Equal(0, await Store.FirstOrDefaultAsync($"select count(*) from good", row => row.GetInt32(0), Token));
    }

    [Fact]
    public async Task Semicolons_in_literals_comments_and_triggers_do_not_end_a_statement()
    {
        var text = """
            create table notes (text text); -- with a comment; and more
            create table log (text text);
            /* a long one;
            over lines */
            create trigger note after insert on notes begin
                insert into log values (new.text);
                insert into log values ('again;
            ' || new.text);
            end;
            insert into notes values ('a;
            b')
            """;

        await Store.MigrateAsync([Migration.FromSql("003", text)], Token);

        Assert.Equal(
            ["a;\nb", "again;\na;\nb"],
            await Store.QueryAsync($"select text from log order by rowid", row => row.GetString(0).ReplaceLineEndings("\n"), Token));
    }
}
