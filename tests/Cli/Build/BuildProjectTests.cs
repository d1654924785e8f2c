using System.Xml.Linq;
using Portolan.Cli.Build;

namespace Portolan.Cli.Tests.Build;

public sealed class BuildProjectTests
{
    [Fact]
    public void Every_project_is_built_and_reported_by_one_msbuild_project()
    {
        var project = XDocument.Parse(BuildProject.Text(["/a/a.csproj", "/b & c/100%;b.csproj"])).Root!;

        Assert.Equal(["/a/a.csproj", "/b & c/100%25%3Bb.csproj"], project.Elements("ItemGroup").Elements("Service").Select(item => (string)item.Attribute("Include")!));
        Assert.Equal(["Restore", "Build", "GetTargetPath"], project.Elements("Target").Elements("MSBuild").Select(task => (string)task.Attribute("Targets")!));
    }
}
