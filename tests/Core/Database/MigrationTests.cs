using Portolan.Core.Database;

namespace Portolan.Core.Tests.Database;

public sealed class MigrationTests
{
    [Fact]
    public void Embedded_migrations_come_in_the_order_of_their_names_under_the_given_prefix()
    {
        var migrations = Migration.Embedded(typeof(MigrationTests).Assembly, "shop");

        Assert.Equal(["shop-001-first", "shop-002-second"], migrations.Select(migration => migration.Name));
        Assert.Equal("create table first (a);", migrations[0].Text!.Trim());
    }
}
