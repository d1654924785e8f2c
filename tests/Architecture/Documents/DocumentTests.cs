using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Documents;

public sealed class DocumentTests
{
    [Theory]
    [InlineData("README.md", "[guide](docs/guide/gone.md)")]
    [InlineData("README.md", "![picture](docs/picture.png \"title\")")]
    [InlineData("docs/guide/sagas.md", "[up](README.md)")]
    [InlineData("docs/guide/sagas.md", "[1]: ../gone.md")]
    [InlineData("docs/guide/sagas.md", "[case](../../readme.md)")]
    public void A_link_to_nothing_is_found(string path, string text) =>
        Assert.Single(Links.Check(Repo.Of(("README.md", ""), ("docs/guide/sagas.md", ""), (path, text))));

    [Theory]
    [InlineData("README.md", "[guide](docs/guide/sagas.md#steps) [folder](docs/guide/) [here](#top)")]
    [InlineData("docs/guide/sagas.md", "[up](../../README.md) [root](/README.md) [same](./sagas.md)")]
    [InlineData("README.md", "[web](https://example.com/x) <mailto:a@b> [mail](mailto:a@b)")]
    [InlineData("README.md", "`[code](gone.md)`\n```md\n[code](gone.md)\n```\n")]
    public void A_link_to_something_is_not(string path, string text) =>
        Assert.Empty(Links.Check(Repo.Of((path, text), ("docs/guide/sagas.md", ""), ("README.md", ""))));

    [Theory]
    [InlineData("cd /wo", "rk/main")]
    [InlineData("see /tmp/", "wt/engineer")]
    [InlineData("look into .lib", "rary")]
    public void A_folder_of_one_machine_is_found(string one, string two)
    {
        var violation = Assert.Single(Workplace.Check([new("a.txt", () => $"first line\n{one}{two}\n")]));

        Assert.StartsWith("a.txt:2 names", violation.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Network/Main")]
    [InlineData("NETStandard.Library and netstandard.library")]
    [InlineData("/tmp/other")]
    public void Another_folder_is_not(string text) => Assert.Empty(Workplace.Check([new("a.txt", () => text)]));

    [Fact]
    public void A_folder_that_is_no_clone_has_nothing_tracked()
    {
        var folder = Directory.CreateTempSubdirectory("portolan-tracked-").FullName;
        try
        {
            Assert.Null(Tracked.Files(folder));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }
}
