using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Portolan.Cli.Build;

/// <summary>A short text that changes when any source of a set of projects changes, appears or goes.</summary>
internal static partial class SourceFingerprint
{
    private static readonly HashSet<string> Extensions = new(
        [".cs", ".csproj", ".props", ".targets", ".json", ".sql", ".yaml", ".yml", ".razor", ".cshtml", ".resx", ".proto", ".avsc", ".css", ".js", ".html", ".config", ".editorconfig"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Skipped = ["bin", "obj", "artifacts", "node_modules", "TestResults"];
    private static readonly string[] Inherited = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", "nuget.config", "NuGet.config", "NuGet.Config", ".editorconfig"];

    /// <summary>Looks at the projects' own folders, at what they inherit from the folders above, and at what that imports.</summary>
    /// <param name="projects">Absolute paths.</param>
    /// <param name="notAfter">When the build began: a source saved after that may or may not be in the program, so the
    /// fingerprint is empty, which equals none.</param>
    public static string Of(IEnumerable<string> projects, DateTime? notAfter = null)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var folder in projects.Select(project => Path.GetDirectoryName(project)!).Distinct())
        {
            AddSources(folder, files);
            AddInherited(folder, files);
        }

        var sources = files.Select(file => new FileInfo(file)).ToList();
        if (sources.Any(file => file.LastWriteTimeUtc > notAfter))
        {
            return "";
        }

        var lines = sources.Select(file => $"{file.FullName}|{file.LastWriteTimeUtc.Ticks}|{file.Length}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    private static void AddSources(string folder, SortedSet<string> files)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(folder).Where(file => Extensions.Contains(Path.GetExtension(file))))
        {
            files.Add(file);
        }

        foreach (var inner in Directory.EnumerateDirectories(folder).Where(inner => !Skipped.Contains(Path.GetFileName(inner)) && !Path.GetFileName(inner).StartsWith('.')))
        {
            AddSources(inner, files);
        }
    }

    private static void AddInherited(string folder, SortedSet<string> files)
    {
        for (var above = Path.GetDirectoryName(folder); above is not null; above = Path.GetDirectoryName(above))
        {
            foreach (var file in Inherited.Select(name => Path.Combine(above, name)).Where(File.Exists))
            {
                AddWithImports(file, files);
            }
        }
    }

    private static void AddWithImports(string file, SortedSet<string> files)
    {
        if (!files.Add(file) || Path.GetExtension(file) is not (".props" or ".targets"))
        {
            return;
        }

        var folder = Path.GetDirectoryName(file)! + Path.DirectorySeparatorChar;
        foreach (Match import in Import().Matches(File.ReadAllText(file)))
        {
            var path = Path.GetFullPath(import.Groups[1].Value.Replace("$(MSBuildThisFileDirectory)", folder), folder);
            if (File.Exists(path))
            {
                AddWithImports(path, files);
            }
        }
    }

    [GeneratedRegex("<Import\\s+Project=\"([^\"]+)\"")]
    private static partial Regex Import();
}
