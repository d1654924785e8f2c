using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Code;

public sealed class SealingTests
{
    [Theory]
    [InlineData("public class C;", "N.C")]
    [InlineData("internal record R(int X);", "N.R")]
    [InlineData("record class R;", "N.R")]
    [InlineData("public sealed class Outer { private class Inner; }", "N.Outer.Inner")]
    [InlineData("public class C<T>; public sealed class C;", "N.C`1")]
    [InlineData("partial class P { } partial class P { }", "N.P")]
    public void An_open_class_is_found(string source, string subject) => Assert.Equal([subject], Check(source));

    [Theory]
    [InlineData("public sealed class C;")]
    [InlineData("public abstract record R;")]
    [InlineData("static class S;")]
    [InlineData("partial class P { } sealed partial class P { }")]
    [InlineData("struct S; record struct R; interface I; enum E; delegate void D();")]
    public void What_is_decided_is_not(string source) => Assert.Empty(Check(source));

    [Fact]
    public void Tests_seal_what_they_like() =>
        Assert.Empty(Sealing.Check(Repo.Of(("tests/A/A.Tests.csproj", "<Project />"), ("tests/A/C.cs", "class C;"))));

    private static IEnumerable<string> Check(string source) =>
        Sealing.Check(Repo.Of(("src/A/A.csproj", "<Project />"), ("src/A/C.cs", "namespace N;\n" + source))).Select(violation => violation.Subject);
}
