using Microsoft.CodeAnalysis;
using Portolan.Generators.Symbols;

namespace Portolan.Generators.Diagnostics;

/// <summary>A diagnostic as data: comparable, and tied to no compilation.</summary>
internal sealed record Finding(DiagnosticDescriptor Rule, Place? Place, string Message)
{
    public bool IsError => Rule.DefaultSeverity == DiagnosticSeverity.Error;

    public Diagnostic ToDiagnostic() => Diagnostic.Create(Rule, Place?.ToLocation(), Message);
}

/// <summary>What was read at one place in the source: a part where it is sound, and what is to be said about it.</summary>
internal sealed record Found<T>(T? Part, EquatableArray<Finding> Findings)
    where T : class, IEquatable<T>
{
    public static Found<T> From(Func<List<Finding>, T?> read)
    {
        var findings = new List<Finding>();
        var part = read(findings);
        return new(part, findings.ToEquatableArray());
    }
}

internal static class FindingList
{
    public static void Add(this List<Finding> findings, DiagnosticDescriptor rule, ISymbol at, string message) =>
        findings.Add(new(rule, Place.Of(at), message));
}
