using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Portolan.Architecture.Tests.Repository;

namespace Portolan.Architecture.Tests.Code;

/// <summary>Classes and records are sealed unless they say that they are bases.</summary>
internal static class Sealing
{
    public static IEnumerable<Violation> Check(Repo repo) =>
        from type in repo.Product
            .SelectMany(source => source.Nodes<TypeDeclarationSyntax>().Where(IsClass).Select(type => (Source: source, Type: type)))
            // One part of a partial class speaks for all.
            .GroupBy(found => $"{found.Source.Project!.RootNamespace} {FullName(found.Type)}")
        where !type.Any(found => IsDecided(found.Type))
        let first = type.First()
        select new Violation(FullName(first.Type), $"{first.Source.At(first.Type.Identifier.GetLocation())}: '{FullName(first.Type)}' is neither sealed nor abstract: seal it.");

    /// <summary>Namespace, outer types and name.</summary>
    public static string FullName(BaseTypeDeclarationSyntax type)
    {
        var outer = type.Ancestors().OfType<BaseTypeDeclarationSyntax>().Select(ancestor => ancestor.Identifier.Text).Reverse();
        var space = type.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().Select(ancestor => ancestor.Name.ToString()).Reverse();
        var arity = type is TypeDeclarationSyntax { TypeParameterList.Parameters.Count: var count and > 0 } ? $"`{count}" : "";
        return string.Join('.', [.. space, .. outer, type.Identifier.Text]) + arity;
    }

    private static bool IsClass(TypeDeclarationSyntax type) =>
        type is ClassDeclarationSyntax || (type is RecordDeclarationSyntax record && !record.ClassOrStructKeyword.IsKind(SyntaxKind.StructKeyword));

    private static bool IsDecided(TypeDeclarationSyntax type) =>
        type.Modifiers.Any(modifier => modifier.Kind() is SyntaxKind.SealedKeyword or SyntaxKind.AbstractKeyword or SyntaxKind.StaticKeyword);
}
