using Portolan.Cli.Build;

namespace Portolan.Cli.Tests.Build;

public sealed class SourceFingerprintTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string project;

    public SourceFingerprintTests()
    {
        project = folder.Write("app/app.csproj", "<Project />");
        folder.Write("app/Program.cs", "");
        folder.Write("app/Feature/Old.cs", "");
        folder.Write("Directory.Build.props", """<Project><Import Project="$(MSBuildThisFileDirectory)eng/Common.props" /></Project>""");
        folder.Write("eng/Common.props", "<Project />");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Nothing_changed_gives_the_same() => Assert.Equal(Fingerprint(), Fingerprint());

    [Theory]
    [InlineData("app/Program.cs")]
    [InlineData("app/Feature/New.cs")]
    [InlineData("app/Migrations/001.sql")]
    [InlineData("Directory.Build.props")]
    [InlineData("Directory.Packages.props")]
    [InlineData("eng/Common.props")]
    public void A_changed_or_new_source_changes_it(string file)
    {
        var before = Fingerprint();
        folder.Write(file, "<!-- changed -->");

        Assert.NotEqual(before, Fingerprint());
    }

    [Fact]
    public void A_removed_source_changes_it()
    {
        var before = Fingerprint();
        File.Delete(folder["app/Feature/Old.cs"]);

        Assert.NotEqual(before, Fingerprint());
    }

    [Theory]
    [InlineData("app/obj/project.assets.json")]
    [InlineData("app/bin/Release/app.deps.json")]
    [InlineData("app/.portolan/system.json")]
    [InlineData("app/orders.db")]
    public void What_building_and_running_write_does_not_change_it(string file)
    {
        var before = Fingerprint();
        folder.Write(file, "{}");

        Assert.Equal(before, Fingerprint());
    }

    [Fact]
    public void A_source_saved_after_the_build_began_leaves_no_fingerprint()
    {
        var begun = File.GetLastWriteTimeUtc(folder["app/Program.cs"]).AddSeconds(10);
        Assert.NotEqual("", SourceFingerprint.Of([project], begun));

        File.SetLastWriteTimeUtc(folder["app/Program.cs"], begun.AddSeconds(1));

        Assert.Equal("", SourceFingerprint.Of([project], begun));
    }

    private string Fingerprint() => SourceFingerprint.Of([project]);
}
