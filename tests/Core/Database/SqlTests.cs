using Portolan.Core.Database;

namespace Portolan.Core.Tests.Database;

public sealed class SqlTests
{
    [Fact]
    public void Holes_become_numbered_parameters_and_never_text()
    {
        var sql = Made($"select a from b where c = {"'; drop table b; --"} and d = {42} and e = {null as string}");

        Assert.Equal("select a from b where c = @0 and d = @1 and e = @2", sql.Text);
        Assert.Equal(["'; drop table b; --", 42, null], sql.Parameters);
    }

    [Fact]
    public void Raw_text_has_no_parameters()
    {
        var sql = Sql.Raw("create table {a} (b)");

        Assert.Equal("create table {a} (b)", sql.Text);
        Assert.Empty(sql.Parameters);
    }

    private static Sql Made(Sql sql) => sql;
}
