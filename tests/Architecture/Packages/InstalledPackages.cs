using System.Text.Json;
using System.Xml.Linq;

namespace Portolan.Architecture.Tests.Packages;

/// <summary>A package some project was restored with, and what it says its licence is.</summary>
internal sealed record InstalledPackage(string Id, string Version, string? LicenceExpression, string? LicenceUrl);

/// <summary>Reads what restore left behind: packages with all they bring along.</summary>
internal static class InstalledPackages
{
    public static IReadOnlyList<InstalledPackage> Read(string objFolder) =>
        [.. Directory.EnumerateFiles(objFolder, "project.assets.json", SearchOption.AllDirectories)
            .SelectMany(Packages)
            .DistinctBy(package => (package.Id, package.Version))
            .OrderBy(package => package.Id, StringComparer.OrdinalIgnoreCase)];

    private static IEnumerable<InstalledPackage> Packages(string assetsFile)
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(assetsFile));
        var folders = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
        return [.. assets.RootElement.GetProperty("libraries").EnumerateObject()
            .Where(library => library.Value.GetProperty("type").GetString() == "package")
            .Select(library => Package(library.Name.Split('/'), library.Value.GetProperty("path").GetString()!, folders))];
    }

    private static InstalledPackage Package(string[] name, string path, List<string> folders)
    {
        var file = folders
            .Select(folder => Path.Combine(folder, path, $"{name[0].ToLowerInvariant()}.nuspec"))
            .FirstOrDefault(File.Exists);
        if (file is null)
            return new(name[0], name[1], null, null);
        var metadata = XDocument.Load(file).Root!.Elements().First(element => element.Name.LocalName == "metadata").Elements().ToList();
        var licence = metadata.FirstOrDefault(element => element.Name.LocalName == "license" && element.Attribute("type")?.Value == "expression");
        return new(name[0], name[1], licence?.Value, metadata.FirstOrDefault(element => element.Name.LocalName == "licenseUrl")?.Value);
    }
}
