using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Code;

public sealed class NamesTests
{
    [Theory]
    [InlineData("src/A/Utils/X.cs", "src/A/Utils")]
    [InlineData("src/A/Helpers/Deep/X.cs", "src/A/Helpers")]
    [InlineData("docs/shared/x.md", "docs/shared")]
    public void A_folder_named_after_no_feature_is_found(string path, string subject) =>
        Assert.Equal([subject], Names.Folders(Repo.Of((path, ""))).Select(violation => violation.Subject));

    [Fact]
    public void A_folder_named_after_its_feature_is_not() => Assert.Empty(Names.Folders(Repo.Of(("src/A/SharedSecrets/Utils.cs", ""))));

    [Theory]
    [InlineData("src/A/X.cs", "namespace Portolan.B;")]
    [InlineData("src/A/B/X.cs", "namespace Portolan.A;")]
    [InlineData("src/A/B/X.cs", "namespace Portolan.A.C { class X; }")]
    [InlineData("src/A/B/X.cs", "namespace Microsoft.AspNetCore.Builder; sealed class X;")]
    [InlineData("tests/A/X.cs", "namespace Portolan.A;")]
    public void A_namespace_unlike_its_folder_is_found(string path, string source) => Assert.Single(Namespaces(path, source));

    [Theory]
    [InlineData("src/A/X.cs", "namespace Portolan.A;")]
    [InlineData("src/A/B/C/X.cs", "namespace Portolan.A.B.C;")]
    [InlineData("src/A/B/X.cs", "namespace Microsoft.AspNetCore.Builder; public static class X;")]
    [InlineData("src/A/X.cs", "global using System;")]
    [InlineData("tests/A/B/X.cs", "namespace Portolan.A.Tests.B;")]
    public void A_namespace_like_its_folder_is_not(string path, string source) => Assert.Empty(Namespaces(path, source));

    private static IEnumerable<Violation> Namespaces(string path, string source) =>
        Names.Namespaces(Repo.Of(("src/A/A.csproj", "<Project />"), ("tests/A/A.Tests.csproj", "<Project />"), (path, source)));
}
