using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Portolan.Architecture.Tests.Repository;

/// <summary>A C# file, parsed when first looked at.</summary>
internal sealed class SourceFile(RepoFile file, ProjectFile? project)
{
    private readonly Lazy<SyntaxNode> _syntax = new(() => CSharpSyntaxTree.ParseText(file.Text).GetRoot());

    public RepoFile File { get; } = file;

    public ProjectFile? Project { get; } = project;

    public string Path => File.Path;

    public SyntaxNode Syntax => _syntax.Value;

    /// <summary>Folders below the project's own.</summary>
    public IReadOnlyList<string> Folders =>
        Project is null || File.Folder == Project.Folder ? [] : File.Folder[(Project.Folder.Length + 1)..].Split('/');

    public IEnumerable<T> Nodes<T>() where T : SyntaxNode => Syntax.DescendantNodesAndSelf().OfType<T>();

    public string At(SyntaxNode node) => At(node.GetLocation());

    public string At(Location location) => $"{Path}:{location.GetLineSpan().StartLinePosition.Line + 1}";
}
