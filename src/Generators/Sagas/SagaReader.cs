using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Portolan.Generators.Diagnostics;
using Portolan.Generators.Symbols;

namespace Portolan.Generators.Sagas;

/// <summary>A sound saga class, as code.</summary>
internal sealed record SagaPart(string Class);

/// <summary>Reads a class that derives, directly or not, from a saga definition.</summary>
internal static class SagaReader
{
    /// <summary>Cheap enough to ask of every node: only such classes are looked at with the semantic model.</summary>
    public static bool IsCandidate(SyntaxNode node) =>
        node is ClassDeclarationSyntax { BaseList: not null } type && !type.Modifiers.Any(SyntaxKind.AbstractKeyword);

    public static Found<SagaPart> Read(GeneratorSyntaxContext context, CancellationToken cancellationToken) =>
        Found<SagaPart>.From(findings =>
            context.SemanticModel.GetDeclaredSymbol((ClassDeclarationSyntax)context.Node, cancellationToken) is INamedTypeSymbol { IsAbstract: false } type
            && IsSaga(type)
                ? Read(type, findings)
                : null);

    private static SagaPart? Read(INamedTypeSymbol type, List<Finding> findings)
    {
        if (Reach.Obstacle(type) is { } obstacle)
            findings.Add(Rules.Saga, type, $"Saga '{type.Name}' cannot be created because {obstacle}: make it an internal or public class without type parameters.");
        else if (!type.InstanceConstructors.Any(constructor => constructor.Parameters.Length == 0 && Reach.Obstacle(constructor) is null))
            findings.Add(Rules.Saga, type, $"Saga '{type.Name}' has no internal or public constructor without parameters: add one; steps take services through their own parameters.");
        else if (RequiredMember(type) is { } required)
            findings.Add(Rules.Saga, type, $"Saga '{type.Name}' cannot be created because its member '{required.Name}' is required: give it a value instead.");
        return findings.Count == 0 ? new(type.Code()) : null;
    }

    private static bool IsSaga(INamedTypeSymbol type)
    {
        for (var current = type.BaseType; current is not null; current = current.BaseType)
        {
            if (current.Is(KnownTypes.Saga))
                return true;
        }

        return false;
    }

    private static ISymbol? RequiredMember(INamedTypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.GetMembers().FirstOrDefault(member => member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true }) is { } member)
                return member;
        }

        return null;
    }
}
