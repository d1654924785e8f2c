using Microsoft.CodeAnalysis.CSharp;

namespace Portolan.Generators.Emission;

internal static class Literals
{
    public static string Text(string? value) => value is null ? "null" : SymbolDisplay.FormatLiteral(value, quote: true);

    public static string Bool(bool value) => value ? "true" : "false";
}
