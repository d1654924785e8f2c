using System.Xml.Linq;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Packages;

/// <summary>Directory.Packages.props.</summary>
internal static class CentralPackages
{
    public const string File = "Directory.Packages.props";

    public static XDocument Document(Repo repo) =>
        XDocument.Parse(repo.Files.Single(file => file.Path == File).Text, LoadOptions.PreserveWhitespace);

    public static IEnumerable<(string Id, string Version)> Read(Repo repo) =>
        Document(repo).Descendants("PackageVersion").Select(package => (Id(package), package.Attribute("Version")!.Value));

    public static string Id(XElement package) => package.Attribute("Include")!.Value;
}
