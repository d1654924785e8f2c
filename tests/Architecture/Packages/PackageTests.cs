using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Packages;

public sealed class PackageTests
{
    [Theory]
    [InlineData("""<PackageVersion Include="A" Version="1" />""")]
    [InlineData("""<!-- why --><PackageVersion Include="A" Version="1" />""")]
    [InlineData("<!-- a reason long enough -->\n\n<PackageVersion Include=\"A\" Version=\"1\" />")]
    public void A_package_without_a_reason_is_found(string items) =>
        Assert.Equal(["A"], PackageReasons.Check(Props(items)).Select(violation => violation.Subject));

    [Fact]
    public void Packages_that_stand_together_share_a_reason() =>
        Assert.Empty(PackageReasons.Check(Props(
            "<!-- Command line, and tables on it. -->\n<PackageVersion Include=\"A\" Version=\"1\" />\n<PackageVersion Include=\"B\" Version=\"1\" />")));

    [Theory]
    [InlineData("MassTransit", "9.0.0")]
    [InlineData("MassTransit.RabbitMQ", "9.1.0-develop.5")]
    [InlineData("mediatr", "[13.0.0]")]
    [InlineData("AutoMapper", "15.0.1")]
    [InlineData("Duende.IdentityServer", "7.0.0")]
    [InlineData("KurrentDB.Client", "1.0.0")]
    public void A_commercial_version_is_found(string id, string version) => Assert.Single(ForbiddenPackages.Check([(id, version)]));

    [Theory]
    [InlineData("MassTransit", "8.4.0")]
    [InlineData("MediatR.Contracts", "2.0.1")]
    [InlineData("DuendeSoftwareFree", "1.0.0")]
    public void A_free_version_is_not(string id, string version) => Assert.Empty(ForbiddenPackages.Check([(id, version)]));

    [Fact]
    public void Versions_are_read_from_the_central_file() =>
        Assert.Equal([("A", "1.2.3")], CentralPackages.Read(Props("""<PackageVersion Include="A" Version="1.2.3" />""")));

    private static Repo Props(string items) => Repo.Of((CentralPackages.File, $"<Project><ItemGroup>\n{items}\n</ItemGroup></Project>"));
}
