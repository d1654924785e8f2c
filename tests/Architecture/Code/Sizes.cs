using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Code;

/// <summary>The maxima. What to aim for is far below them.</summary>
internal static class Sizes
{
    public const int FileLines = 300;
    public const int MethodLines = 60;
    public const int ProjectLines = 25;
    public const int FolderFiles = 15;
    public const int FolderLevels = 2;

    public static readonly IReadOnlyDictionary<string, int> RoomLines = new Dictionary<string, int> { ["Core"] = 2_500 };

    public static IEnumerable<Violation> Files(Repo repo) =>
        repo.Sources
            .Where(source => source.File.Lines > FileLines)
            .Select(source => new Violation(source.Path, $"{source.Path} has {source.File.Lines} lines, {FileLines} are allowed: find the second thing in it and give it a file."));

    public static IEnumerable<Violation> Methods(Repo repo) =>
        from source in repo.Sources
        from method in source.Nodes<SyntaxNode>()
        where method is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let lines = Lines(method)
        where lines > MethodLines
        select new Violation($"{source.Path} {Name(method)}", $"{source.At(method)}: {Name(method)} has {lines} lines, {MethodLines} are allowed: name its parts.");

    public static IEnumerable<Violation> Projects(Repo repo) =>
        repo.Projects
            .Where(project => project.File.Lines >= ProjectLines)
            .Select(project => new Violation(project.File.Path, $"{project.File.Path} has {project.File.Lines} lines, fewer than {ProjectLines} are allowed: what others need too belongs into eng/."));

    public static IEnumerable<Violation> Folders(Repo repo) =>
        repo.Sources
            .GroupBy(source => source.File.Folder)
            .Where(folder => folder.Count() > FolderFiles)
            .Select(folder => new Violation(folder.Key, $"{folder.Key} has {folder.Count()} files, {FolderFiles} are allowed: split it by feature."));

    public static IEnumerable<Violation> Depth(Repo repo) =>
        repo.Sources
            .Where(source => source.Folders.Count > FolderLevels)
            .Select(source => new Violation(source.File.Folder, $"{source.Path} lies {source.Folders.Count} folders deep in its project, {FolderLevels} are allowed: move it up."))
            .DistinctBy(violation => violation.Subject);

    public static IEnumerable<Violation> Rooms(Repo repo) =>
        from room in repo.Product.GroupBy(source => source.Project!.Name)
        where RoomLines.ContainsKey(room.Key)
        let lines = room.Sum(source => source.File.Lines)
        where lines >= RoomLines[room.Key]
        select new Violation(room.Key, $"{room.Key} has {lines} lines, fewer than {RoomLines[room.Key]} are allowed: what only one room needs belongs there.");

    private static int Lines(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string Name(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
        _ => node.GetType().Name.Replace("DeclarationSyntax", "", StringComparison.Ordinal),
    };
}
