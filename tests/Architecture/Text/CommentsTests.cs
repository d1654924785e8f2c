using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Text;

public sealed class CommentsTests
{
    [Fact]
    public void A_region_is_found() =>
        Assert.Equal(["src/A/X.cs:1: a region hides that a file holds several things: split it."], Comments.Regions(Source("#region Fields\n#endregion")).Select(violation => violation.Message));

    [Theory]
    [InlineData("// TODO: later")]
    [InlineData("/* a HACK */")]
    [InlineData("/// <summary>FIXME</summary>\nclass C;")]
    public void A_debt_is_found(string source) => Assert.Single(Comments.Debts(Source(source)));

    [Theory]
    [InlineData("class C { string s = \"TODO\"; }")]
    [InlineData("// the todo list of the saga")]
    public void A_word_elsewhere_is_no_debt(string source) => Assert.Empty(Comments.Debts(Source(source)));

    [Theory]
    [InlineData("// store.Dispose();")]
    [InlineData("// var x = 1;")]
    [InlineData("//return null;")]
    [InlineData("// if (x) y();")]
    public void Code_in_a_comment_is_found(string comment) => Assert.Single(Comments.DeadCode(Source(comment)));

    [Theory]
    [InlineData("// The first wins;")]
    [InlineData("// Commit first (others wait);")]
    [InlineData("// see Dispose()")]
    [InlineData("// x = 1 is the usual case; others follow")]
    public void Prose_in_a_comment_is_not(string comment) => Assert.Empty(Comments.DeadCode(Source(comment)));

    private static Repo Source(string text) => Repo.Of(("src/A/X.cs", text));
}
