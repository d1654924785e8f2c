using Microsoft.CodeAnalysis;
using Portolan.Generators.Diagnostics;
using Portolan.Generators.Messages;
using Portolan.Generators.Symbols;

namespace Portolan.Generators.Handlers;

/// <summary>Reads a method with [Handler], and the LoadAsync that belongs to it.</summary>
internal static class HandlerReader
{
    public static Found<HandlerPart> Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken) =>
        Found<HandlerPart>.From(findings =>
        {
            var method = (IMethodSymbol)context.TargetSymbol;
            if (context.SemanticModel.Compilation.Options.OutputKind == OutputKind.DynamicallyLinkedLibrary)
                findings.Add(Rules.Library, method, $"Handler '{method.Name}' is in a library, where no service finds it: move it into the project of the service.");
            return Read(method, findings, cancellationToken);
        });

    private static HandlerPart? Read(IMethodSymbol method, List<Finding> findings, CancellationToken cancellationToken)
    {
        // The compiler has already said what is wrong with these.
        if (method.ReturnType.TypeKind == TypeKind.Error || method.Parameters.Any(parameter => parameter.Type.TypeKind == TypeKind.Error))
            return null;
        if (!HasShape(method, findings))
            return null;
        var message = method.Message()!;
        var others = HandlerMethods.Handlers(method.ContainingType).ToList();
        CheckOthers(method, message, others, findings);
        if (SymbolEqualityComparer.Default.Equals(others[0], method))
            CheckForgotten(method.ContainingType, findings);

        var result = ResultReader.Read(method, findings);
        var load = LoadReader.Read(method, message, findings);
        var arguments = ArgumentReader.ForHandle(method, load, findings);
        var messagePart = MessageReader.Read(message, cancellationToken);
        // A message that is not sound is reported where it is declared, unless that is another assembly.
        if (messagePart is null && !SymbolEqualityComparer.Default.Equals(message.ContainingAssembly, method.ContainingAssembly))
            findings.Add(Rules.Reachable, method, $"'{method.Short()}' handles '{message.Name}' of another assembly, which generated code cannot use: make it a public record that is not abstract.");
        if (messagePart is null || findings.Any(finding => finding.IsError))
            return null;

        var idempotent = method.Attribute(KnownTypes.Handler)!.Named<bool>("Idempotent");
        return new(
            $"{method.ContainingType.Full()}.{message.Name}", method.ContainingType.Code(), method.Name, messagePart, idempotent,
            arguments, result, load?.Part);
    }

    private static bool HasShape(IMethodSymbol method, List<Finding> findings)
    {
        var start = findings.Count;
        if (method.MethodKind == MethodKind.LocalFunction)
            findings.Add(Rules.Reachable, method, $"Handler '{method.Name}' is a local function: move it into a static class.");
        else if (method.Name != HandlerMethods.Handle)
            findings.Add(Rules.HandlerShape, method, $"'{method.Short()}' has [Handler] but is not named Handle: rename it to Handle, or remove the attribute.");
        else if (method.Parameters.Length == 0)
            findings.Add(Rules.HandlerShape, method, $"'{method.Short()}' takes no message: make its first parameter a record with [Command] or [Event].");
        else if (method.Message() is null)
            findings.Add(Rules.HandlerShape, method.Parameters[0], $"The first parameter of '{method.Short()}' is '{method.Parameters[0].Type.Short()}', which is not a message: put the message first, a record with [Command] or [Event].");
        else
            CheckCallable(method, findings);
        return findings.Count == start;
    }

    private static void CheckCallable(IMethodSymbol method, List<Finding> findings)
    {
        if (!method.IsStatic)
            findings.Add(Rules.Static, method, $"Handler '{method.Short()}' is not static: make it static, and take what it needs as parameters.");
        if (Reach.Obstacle(method) is { } obstacle)
            findings.Add(Rules.Reachable, method, $"Handler '{method.Short()}' cannot be called because {obstacle}: make it internal or public, without type parameters.");
    }

    private static void CheckOthers(IMethodSymbol method, INamedTypeSymbol message, List<IMethodSymbol> others, List<Finding> findings)
    {
        var first = others.First(other => other.Message()?.Name == message.Name);
        if (SymbolEqualityComparer.Default.Equals(first, method))
            return;
        findings.Add(
            Rules.OneHandler, method,
            HandlerMethods.Same(first.Message(), message)
                ? $"'{method.ContainingType.Name}' has a second handler for '{message.Name}': keep one of them, or move one to another class."
                : $"'{method.ContainingType.Name}' handles two messages called '{message.Name}', and the inbox could not tell the two handlers apart: move one to another class.");
    }

    private static void CheckForgotten(INamedTypeSymbol type, List<Finding> findings)
    {
        var forgotten = type.GetMembers(HandlerMethods.Handle).OfType<IMethodSymbol>()
            .Where(method => method.IsStatic && !method.IsHandler() && method.Message() is not null);
        foreach (var method in forgotten)
            findings.Add(Rules.ForgottenAttribute, method, $"'{method.Short()}' for '{method.Message()!.Name}' has no [Handler] and is never called: add the attribute, or give the method another name.");
    }
}
