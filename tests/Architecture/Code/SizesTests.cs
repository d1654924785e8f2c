using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Code;

public sealed class SizesTests
{
    [Theory]
    [InlineData(300, 0)]
    [InlineData(301, 1)]
    public void A_file_has_at_most_300_lines(int lines, int violations) =>
        Assert.Equal(violations, Sizes.Files(Repo.Of(("src/A/A.cs", Repeat("// x\n", lines)))).Count());

    [Theory]
    [InlineData("class C\n{\n void M()\n {\n", " }\n}", 57, 0)]
    [InlineData("class C\n{\n void M()\n {\n", " }\n}", 58, 1)]
    [InlineData("class C\n{\n C()\n {\n", " }\n}", 58, 1)]
    [InlineData("class C\n{\n int P { get\n {\n", " } }\n}", 58, 1)]
    [InlineData("void Local()\n{\n", "}", 58, 1)]
    public void A_method_has_at_most_60_lines(string before, string after, int lines, int violations) =>
        Assert.Equal(violations, Sizes.Methods(Repo.Of(("tests/A/A.cs", before + Repeat("  x();\n", lines) + after))).Count());

    [Theory]
    [InlineData(24, 0)]
    [InlineData(25, 1)]
    public void A_project_has_fewer_than_25_lines(int lines, int violations) =>
        Assert.Equal(violations, Sizes.Projects(Repo.Of(("src/A/A.csproj", Repeat("\n", lines - 1) + "<Project />"))).Count());

    [Theory]
    [InlineData(15, 0)]
    [InlineData(16, 1)]
    public void A_folder_has_at_most_15_files(int files, int violations) =>
        Assert.Equal(violations, Sizes.Folders(Repo.Of([.. Enumerable.Range(0, files).Select(i => ($"src/A/B/{i}.cs", ""))])).Count());

    [Theory]
    [InlineData("src/A/B/C/X.cs", 0)]
    [InlineData("src/A/B/C/D/X.cs", 1)]
    public void A_project_has_at_most_two_levels_of_folders(string path, int violations) =>
        Assert.Equal(violations, Sizes.Depth(Repo.Of(("src/A/A.csproj", "<Project />"), (path, ""))).Count());

    [Theory]
    [InlineData("Core", 2_499, 0)]
    [InlineData("Core", 2_500, 1)]
    [InlineData("Sagas", 9_000, 0)]
    public void Core_has_fewer_than_2500_lines(string room, int lines, int violations) =>
        Assert.Equal(violations, Sizes.Rooms(Repo.Of(($"src/{room}/{room}.csproj", "<Project />"), ($"src/{room}/X.cs", Repeat("// x\n", lines)))).Count());

    private static string Repeat(string line, int times) => string.Concat(Enumerable.Repeat(line, times));
}
