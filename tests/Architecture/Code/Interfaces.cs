using Microsoft.CodeAnalysis.CSharp.Syntax;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Code;

/// <summary>An interface has at least two implementations in the product; otherwise the class itself would do.</summary>
internal static class Interfaces
{
    public static IEnumerable<Violation> Check(Repo repo)
    {
        var implemented = repo.Product
            .SelectMany(source => source.Nodes<TypeDeclarationSyntax>())
            .Where(type => type is not InterfaceDeclarationSyntax)
            .SelectMany(type => type.BaseList?.Types.Select(parent => (Interface: Simple(parent.Type), By: Sealing.FullName(type))) ?? [])
            .Distinct()
            .ToLookup(pair => pair.Interface, pair => pair.By);
        return from source in repo.Product
               from face in source.Nodes<InterfaceDeclarationSyntax>()
               let count = implemented[face.Identifier.Text].Count()
               where count < 2
               select new Violation(
                   face.Identifier.Text,
                   $"{source.At(face.Identifier.GetLocation())}: '{face.Identifier.Text}' has {(count == 0 ? "no" : "one")} implementation: use the class, or a delegate.");
    }

    private static string Simple(TypeSyntax type) => type switch
    {
        QualifiedNameSyntax name => name.Right.Identifier.Text,
        SimpleNameSyntax name => name.Identifier.Text,
        _ => type.ToString(),
    };
}
