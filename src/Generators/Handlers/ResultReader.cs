using Microsoft.CodeAnalysis;
using Portolan.Generators.Diagnostics;
using Portolan.Generators.Symbols;

namespace Portolan.Generators.Handlers;

/// <summary>Reads what a handler returns.</summary>
internal static class ResultReader
{
    private const string Fix = "return a message, several as a tuple or a sequence, a Rejection, or nothing";

    public static ResultShape Read(IMethodSymbol method, List<Finding> findings)
    {
        var type = method.ReturnType;
        if (method.ReturnsVoid)
            return NotAsync(method, findings);
        if (type.Is(KnownTypes.Task) || type.Is(KnownTypes.ValueTask))
            return ResultShape.Awaited;
        var awaited = type.Is(KnownTypes.TaskOf) || type.Is(KnownTypes.ValueTaskOf);
        var value = awaited ? ((INamedTypeSymbol)type).TypeArguments[0] : type;
        if (method.ReturnsByRef || method.ReturnsByRefReadonly || !CanBePublished(value))
            findings.Add(Rules.Result, method, $"'{method.Short()}' returns '{type.Short()}', which cannot be published: {Fix}.");
        return awaited ? ResultShape.AwaitedValue : ResultShape.Value;
    }

    private static ResultShape NotAsync(IMethodSymbol method, List<Finding> findings)
    {
        if (method.IsAsync)
            findings.Add(Rules.Result, method, $"'{method.Short()}' is async void, so nobody could wait for it or see it fail: return Task.");
        return ResultShape.Nothing;
    }

    private static bool CanBePublished(ITypeSymbol type)
    {
        if (type.SpecialType is SpecialType.System_Object)
            return true;
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            return nullable.TypeArguments[0].IsTupleType && CanBePublished(nullable.TypeArguments[0]);
        if (type is INamedTypeSymbol { IsTupleType: true } tuple)
            return tuple.TupleElements.All(element => CanBePublished(element.Type));
        if (type is IArrayTypeSymbol array)
            return array.Rank == 1 && CanBePublished(array.ElementType);
        if (type.SpecialType is SpecialType.System_String || type.TypeKind is not (TypeKind.Class or TypeKind.Interface) || IsAsynchronous(type))
            return false;
        return type.IsMessage() || ElementTypes(type).All(CanBePublished);
    }

    private static bool IsAsynchronous(ITypeSymbol type) =>
        type.Is(KnownTypes.Task) || type.Is(KnownTypes.TaskOf) || type.OriginalDefinition.Is(KnownTypes.AsyncEnumerable)
        || type.AllInterfaces.Any(face => face.OriginalDefinition.Is(KnownTypes.AsyncEnumerable));

    private static IEnumerable<ITypeSymbol> ElementTypes(ITypeSymbol type) =>
        type.AllInterfaces.Add((INamedTypeSymbol)type)
            .Where(face => face.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)
            .Select(face => face.TypeArguments[0]);
}
