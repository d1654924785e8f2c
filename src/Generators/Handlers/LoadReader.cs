using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Portolan.Generators.Diagnostics;
using Portolan.Generators.Symbols;

namespace Portolan.Generators.Handlers;

/// <summary>A LoadAsync and what it loads.</summary>
internal sealed class Loaded(IMethodSymbol method, ITypeSymbol type, LoadPart part)
{
    public IMethodSymbol Method { get; } = method;

    public ITypeSymbol Type { get; } = type;

    public LoadPart Part { get; } = part;
}

/// <summary>Reads the LoadAsync of a handler's class for the handler's message.</summary>
internal static class LoadReader
{
    public static Loaded? Read(IMethodSymbol handler, INamedTypeSymbol message, List<Finding> findings)
    {
        var candidates = HandlerMethods.Loads(handler.ContainingType, message).ToList();
        if (candidates.Count == 0)
            return null;
        foreach (var second in candidates.Skip(1))
            findings.Add(Rules.OneHandler, second, $"'{second.ContainingType.Name}' has a second LoadAsync for '{message.Name}': keep one of them, or return a tuple.");

        var method = candidates[0];
        CheckCallable(method, findings);
        if (LoadedType(method) is { } type)
            return new(method, type, new(type.NullableCode(), ArgumentReader.ForLoad(method, findings)));
        findings.Add(Rules.Result, method, $"'{method.Short()}' returns '{method.ReturnType.Short()}': return Task<T> or ValueTask<T> with what Handle needs.");
        return null;
    }

    /// <summary>A LoadAsync for a message that its class does not handle.</summary>
    public static Found<LoadPart> ReadAlone(GeneratorSyntaxContext context, CancellationToken cancellationToken) =>
        Found<LoadPart>.From(findings =>
        {
            var syntax = (MethodDeclarationSyntax)context.Node;
            if (context.SemanticModel.GetDeclaredSymbol(syntax, cancellationToken) is IMethodSymbol method
                && method.Message() is { } message
                && !HandlerMethods.Handlers(method.ContainingType).Any(handler => HandlerMethods.Same(handler.Message(), message)))
                findings.Add(Rules.UnusedLoad, method, $"'{method.Short()}' is never called: '{method.ContainingType.Name}' has no [Handler] Handle({message.Name}, …). Add it, or remove LoadAsync.");
            return null;
        });

    private static void CheckCallable(IMethodSymbol method, List<Finding> findings)
    {
        if (!method.IsStatic)
            findings.Add(Rules.Static, method, $"'{method.Short()}' is not static: make it static, and take what it needs as parameters.");
        if (Reach.Obstacle(method) is { } obstacle)
            findings.Add(Rules.Reachable, method, $"'{method.Short()}' cannot be called because {obstacle}: make it internal or public, without type parameters.");
    }

    private static ITypeSymbol? LoadedType(IMethodSymbol method) =>
        method.ReturnType.Is(KnownTypes.TaskOf) || method.ReturnType.Is(KnownTypes.ValueTaskOf)
            ? ((INamedTypeSymbol)method.ReturnType).TypeArguments[0]
            : null;
}
