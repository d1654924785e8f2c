using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Code;

/// <summary>Folders are named by what they are about, and namespaces by their folders.</summary>
internal static class Names
{
    private static readonly HashSet<string> Forbidden = new(
        ["Utils", "Utilities", "Helpers", "Common", "Shared", "Models", "Internal", "Managers", "Interfaces", "Exceptions"],
        StringComparer.OrdinalIgnoreCase);

    // Where the framework's own extensions stand, so that a service needs no using for AddPortolan and MapPortolan.
    private static readonly string[] Framework = ["Microsoft.AspNetCore.Builder", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting"];

    public static IEnumerable<Violation> Folders(Repo repo) =>
        repo.Files
            .SelectMany(file => Parents(file.Folder))
            .Distinct()
            .Where(folder => Forbidden.Contains(folder[(folder.LastIndexOf('/') + 1)..]))
            .Select(folder => new Violation(folder, $"{folder} is named after no feature: a helper lives beside its only user."));

    public static IEnumerable<Violation> Namespaces(Repo repo) =>
        from source in repo.Sources
        let project = source.Project
        where project is { Area: "src" or "tests" }
        let expected = string.Join('.', source.Folders.Prepend(project.RootNamespace))
        from space in source.Nodes<BaseNamespaceDeclarationSyntax>()
        where space.Name.ToString() != expected && !IsExtension(space)
        select new Violation(source.Path, $"{source.At(space.Name)}: the namespace is {space.Name}, the folder says {expected}.");

    private static bool IsExtension(BaseNamespaceDeclarationSyntax space) =>
        Framework.Contains(space.Name.ToString())
        && space.Members.All(member => member is ClassDeclarationSyntax type && type.Modifiers.Any(SyntaxKind.StaticKeyword));

    private static IEnumerable<string> Parents(string folder)
    {
        for (; folder.Length > 0; folder = folder.Contains('/', StringComparison.Ordinal) ? folder[..folder.LastIndexOf('/')] : "")
            yield return folder;
    }
}
