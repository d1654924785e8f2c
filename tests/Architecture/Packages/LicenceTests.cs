namespace Portolan.Architecture.Tests.Packages;

public sealed class LicenceTests
{
    [Theory]
    [InlineData("GPL-3.0-only", null)]
    [InlineData("MIT AND GPL-3.0-only", null)]
    [InlineData(null, "https://example.com/eula")]
    [InlineData(null, null)]
    public void A_licence_that_is_not_known_to_be_permissive_is_found(string? expression, string? url) =>
        Assert.Single(Licences.Check([new("A", "1.0.0", expression, url)]));

    [Theory]
    [InlineData("MIT", null)]
    [InlineData("Apache-2.0", "https://licenses.nuget.org/Apache-2.0")]
    [InlineData("GPL-2.0-only OR MIT", null)]
    [InlineData("(MIT OR GPL-2.0-only) AND BSD-3-Clause", null)]
    [InlineData(null, "https://github.com/dotnet/corefx/blob/master/LICENSE.TXT")]
    public void A_permissive_licence_is_not(string? expression, string? url) =>
        Assert.Empty(Licences.Check([new("A", "1.0.0", expression, url)]));

    [Fact]
    public void A_licence_looked_up_by_hand_holds_for_that_version_only()
    {
        var known = new Dictionary<string, string> { ["A/1.0.0"] = "MIT, in its repository." };

        Assert.Equal(["A 1.0.1"], Licences.Check([new("A", "1.0.0", null, null), new("A", "1.0.1", null, null)], known).Select(violation => violation.Message[..7]));
    }

    [Fact]
    public void Packages_are_read_from_what_restore_left()
    {
        var folder = Directory.CreateTempSubdirectory("portolan-licences-").FullName;
        try
        {
            Write(folder, "packages/a.b/1.0.0/a.b.nuspec", """<package xmlns="urn:x"><metadata><license type="expression">MIT</license><licenseUrl>http://m</licenseUrl></metadata></package>""");
            Write(folder, "packages/c/2.0.0/c.nuspec", """<package><metadata><license type="file">LICENSE</license></metadata></package>""");
            Write(folder, "obj/X/project.assets.json", $$"""
                {"packageFolders": {"{{folder.Replace('\\', '/')}}/packages/": { } }, "libraries": {
                  "A.B/1.0.0": {"type": "package", "path": "a.b/1.0.0"}, "C/2.0.0": {"type": "package", "path": "c/2.0.0"},
                  "Gone/1.0.0": {"type": "package", "path": "gone/1.0.0"}, "Core/1.0.0": {"type": "project", "path": "Core.csproj"} } }
                """);

            Assert.Equal(
                [new("A.B", "1.0.0", "MIT", "http://m"), new("C", "2.0.0", null, null), new("Gone", "1.0.0", null, null)],
                InstalledPackages.Read(Path.Combine(folder, "obj")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string folder, string path, string text)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
