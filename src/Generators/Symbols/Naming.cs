using Microsoft.CodeAnalysis;

namespace Portolan.Generators.Symbols;

/// <summary>How symbols are written: in code so that nothing can hide them, in messages so that people know them.</summary>
internal static class Naming
{
    private static readonly SymbolDisplayFormat Nullable =
        SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary><c>global::Shop.Order</c>, without the question mark of a nullable reference.</summary>
    public static string Code(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>The same with question marks.</summary>
    public static string NullableCode(this ITypeSymbol type) => type.ToDisplayString(Nullable);

    /// <summary><c>Shop.OrderHandlers</c>, also where the names are keywords of C#.</summary>
    public static string Full(this INamedTypeSymbol type)
    {
        var outer = type.ContainingType?.Full()
            ?? (type.ContainingNamespace.IsGlobalNamespace ? null : type.ContainingNamespace.ToDisplayString().Replace("@", ""));
        return outer is null ? type.Name : $"{outer}.{type.Name}";
    }

    /// <summary>As in the user's own source.</summary>
    public static string Short(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    /// <summary><c>OrderHandlers.Handle</c>.</summary>
    public static string Short(this IMethodSymbol method) => $"{method.ContainingType.Name}.{method.Name}";
}
