using Microsoft.CodeAnalysis;

namespace Portolan.Generators.Symbols;

/// <summary>Whether generated code, which stands in a class of its own, can name a symbol.</summary>
internal static class Reach
{
    /// <summary>Null when it can; otherwise the symbol in the way and why, as the middle of a sentence.</summary>
    public static string? Obstacle(ISymbol symbol)
    {
        for (var current = symbol; current is not null; current = current.ContainingType)
        {
            if (Obstacle(current, isType: current is INamedTypeSymbol) is { } reason)
                return $"'{current.Name}' is {reason}";
        }

        return null;
    }

    private static string? Obstacle(ISymbol symbol, bool isType) => symbol.DeclaredAccessibility switch
    {
        Accessibility.Private => "private",
        Accessibility.Protected or Accessibility.ProtectedAndInternal => "protected",
        _ when isType && ((INamedTypeSymbol)symbol).IsFileLocal => "visible in its file only",
        _ when isType && ((INamedTypeSymbol)symbol).TypeParameters.Length > 0 => "generic",
        _ when symbol is IMethodSymbol { TypeParameters.Length: > 0 } => "generic",
        _ when symbol is IMethodSymbol { IsAbstract: true } => "abstract",
        _ => null,
    };
}
