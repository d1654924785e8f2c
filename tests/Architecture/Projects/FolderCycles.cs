using Microsoft.CodeAnalysis.CSharp.Syntax;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Projects;

/// <summary>Folders of a room are layers: their uses of one another form no circle.</summary>
internal static class FolderCycles
{
    public static IEnumerable<Violation> Check(Repo repo) =>
        repo.Product.GroupBy(source => source.Project!).SelectMany(room => Check(room.Key, [.. room]));

    private static IEnumerable<Violation> Check(ProjectFile project, List<SourceFile> sources)
    {
        var folders = sources.Where(source => source.Folders.Count > 0).Select(source => source.Folders[0]).ToHashSet();
        var edges = sources
            .Where(source => source.Folders.Count > 0)
            .SelectMany(source => Uses(source, project, folders).Select(used => (From: source.Folders[0], To: used, source.Path)))
            .Where(edge => edge.From != edge.To)
            .ToList();
        return Circles(edges.Select(edge => (edge.From, edge.To))).Select(circle =>
        {
            var steps = circle.Select((folder, index) => edges.First(edge => edge.From == folder && edge.To == circle[(index + 1) % circle.Count]));
            return new Violation(
                $"{project.Name}: {string.Join(" -> ", circle)}",
                $"Folders of {project.Name} use each other in a circle: {string.Join(", ", steps.Select(step => $"{step.From} -> {step.To} ({step.Path})"))}: move what is shared to the folder below.");
        });
    }

    // Each circle is opened at its end to see the next one.
    private static IEnumerable<IReadOnlyList<string>> Circles(IEnumerable<(string From, string To)> edges)
    {
        var remaining = edges.ToHashSet();
        while (Cycle.Find(remaining) is { } circle)
        {
            yield return circle;
            remaining.Remove((circle[^1], circle[0]));
        }
    }

    private static IEnumerable<string> Uses(SourceFile source, ProjectFile project, HashSet<string> folders)
    {
        var directives = source.Nodes<UsingDirectiveSyntax>().Select(directive => directive.NamespaceOrType.ToString());
        var types = source.Nodes<QualifiedNameSyntax>().Select(name => name.ToString());
        var members = source.Nodes<MemberAccessExpressionSyntax>().Select(name => name.ToString());
        return directives.Concat(types).Concat(members)
            .Select(name => Folder(name, project.RootNamespace, folders))
            .Concat(source.Nodes<QualifiedNameSyntax>().Select(name => Leftmost(name, folders)))
            .OfType<string>()
            .Distinct();
    }

    private static string? Folder(string name, string root, HashSet<string> folders)
    {
        var plain = name.Replace("global::", "", StringComparison.Ordinal);
        if (!plain.StartsWith(root + ".", StringComparison.Ordinal))
            return null;
        var folder = plain[(root.Length + 1)..].Split('.', '<', '(')[0];
        return folders.Contains(folder) ? folder : null;
    }

    // Inside Portolan.Core, "Database.Store" names the folder too.
    private static string? Leftmost(QualifiedNameSyntax name, HashSet<string> folders) =>
        name.Left is IdentifierNameSyntax left && folders.Contains(left.Identifier.Text) && name.Parent is not (QualifiedNameSyntax or BaseNamespaceDeclarationSyntax or UsingDirectiveSyntax)
            ? left.Identifier.Text
            : null;
}
