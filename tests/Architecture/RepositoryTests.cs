using Portolan.Architecture.Tests.Documents;
using Portolan.Architecture.Tests.Packages;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests;

/// <summary>The rules against the repository. Beside each rule are tests that show it can fail.</summary>
public sealed class RepositoryTests
{
    private static readonly Lazy<Repo> Here = new(Repo.FromDisk);

    public static TheoryData<string> RuleNames => [.. Rules.All.Keys];

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void The_repository_keeps_the_rule(string rule) =>
        AssertNone(Exemptions.Apply(rule, Rules.All[rule](Here.Value), Exemptions.All));

    [Fact]
    public void Every_exemption_is_from_a_rule_and_has_a_reason() =>
        Assert.DoesNotContain(Exemptions.All, exemption => !Rules.All.ContainsKey(exemption.Rule) || exemption.Reason.Length < 20);

    [Fact]
    public void Every_installed_package_has_a_permissive_licence()
    {
        var installed = InstalledPackages.Read(Path.Combine(Here.Value.Root, "artifacts", "obj"));

        Assert.NotEmpty(installed);
        AssertNone(Licences.Check(installed).Select(violation => violation.Message));
    }

    [Fact]
    public void No_installed_package_is_forbidden()
    {
        var installed = InstalledPackages.Read(Path.Combine(Here.Value.Root, "artifacts", "obj"));

        AssertNone(ForbiddenPackages.Check(installed.Select(package => (package.Id, package.Version))).Select(violation => violation.Message));
    }

    [Fact]
    public void Nothing_tracked_names_the_place_where_it_was_written()
    {
        var tracked = Tracked.Files(Here.Value.Root);
        Assert.SkipWhen(tracked is null, "git is not here, or this is not a clone");

        AssertNone(Workplace.Check(tracked!).Select(violation => violation.Message));
    }

    [Fact]
    public void The_repository_was_found() => Assert.Contains(Here.Value.Product, source => source.Path.StartsWith("src/Core/", StringComparison.Ordinal));

    // Whole sentences, each on its line: Assert.Empty would cut them off.
    private static void AssertNone(IEnumerable<string> messages)
    {
        var all = string.Join(Environment.NewLine, messages);
        Assert.True(all.Length == 0, all);
    }
}
