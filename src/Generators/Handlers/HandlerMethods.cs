using Microsoft.CodeAnalysis;
using Portolan.Generators.Symbols;

namespace Portolan.Generators.Handlers;

/// <summary>Finds the methods of a class that belong together.</summary>
internal static class HandlerMethods
{
    public const string Handle = "Handle";
    public const string Load = "LoadAsync";

    public static bool IsHandler(this IMethodSymbol method) => method.Attribute(KnownTypes.Handler) is not null;

    /// <summary>The message of a method: its first parameter's type, where that is a command or an event.</summary>
    public static INamedTypeSymbol? Message(this IMethodSymbol method) =>
        method.Parameters.FirstOrDefault()?.Type is INamedTypeSymbol type && type.IsMessage() ? type : null;

    public static IEnumerable<IMethodSymbol> Handlers(INamedTypeSymbol type) =>
        type.GetMembers(Handle).OfType<IMethodSymbol>().Where(IsHandler);

    public static IEnumerable<IMethodSymbol> Loads(INamedTypeSymbol type, INamedTypeSymbol message) =>
        type.GetMembers(Load).OfType<IMethodSymbol>().Where(method => Same(method.Message(), message));

    public static bool Same(ITypeSymbol? one, ITypeSymbol? other) => SymbolEqualityComparer.Default.Equals(one, other);
}
