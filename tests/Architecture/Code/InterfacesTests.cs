using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Code;

public sealed class InterfacesTests
{
    [Theory]
    [InlineData("interface IThing;")]
    [InlineData("interface IThing; class One : IThing;")]
    [InlineData("interface IThing; partial class One : IThing; partial class One : System.IDisposable;")]
    [InlineData("interface IThing; interface IMore : IThing; class One : IThing; class Two : IMore; class Three : IMore;")]
    public void An_interface_without_two_implementations_is_found(string source) => Assert.Equal(["IThing"], Check(source));

    [Theory]
    [InlineData("interface IThing; class One : IThing; record Two : Object, N.IThing;")]
    [InlineData("interface IThing<T>; class One : IThing<int>; struct Two : IThing<string>;")]
    public void Two_implementations_are_enough(string source) => Assert.Empty(Check(source));

    [Fact]
    public void An_implementation_in_tests_does_not_count() =>
        Assert.Single(Check("interface IThing; class One : IThing;", ("tests/A/A.Tests.csproj", "<Project />"), ("tests/A/T.cs", "class Two : IThing;")));

    private static IEnumerable<string> Check(string source, params (string, string)[] more) =>
        Interfaces.Check(Repo.Of([("src/A/A.csproj", "<Project />"), ("src/A/C.cs", source), .. more])).Select(violation => violation.Subject);
}
