using Microsoft.CodeAnalysis;
using Portolan.Generators.Diagnostics;
using Portolan.Generators.Symbols;

namespace Portolan.Generators.Handlers;

/// <summary>What LoadAsync gave, each value handed to one parameter of Handle.</summary>
internal sealed class LoadedValues
{
    private readonly Loaded? _load;
    private readonly List<Value> _unused = [];

    public LoadedValues(Loaded? load)
    {
        _load = load;
        if (load?.Type is INamedTypeSymbol { IsTupleType: true } tuple)
            _unused.AddRange(tuple.TupleElements.Select((element, index) => new Value(element.Type, element.Name, new(ArgumentKind.LoadedElement, Element: index + 1))));
        else if (load is not null)
            _unused.Add(new(load.Type, "", new(ArgumentKind.Loaded)));
    }

    /// <summary>The loaded value of the parameter's type, by name where there are several; null when there is none.</summary>
    public Argument? Take(IParameterSymbol parameter, List<Finding> findings)
    {
        if (_load is not null && parameter.Type is INamedTypeSymbol { IsTupleType: true } && HandlerMethods.Same(parameter.Type, _load.Type))
        {
            _unused.Clear();
            return new(ArgumentKind.Loaded);
        }

        var fitting = _unused.Where(value => HandlerMethods.Same(value.Type, parameter.Type)).ToList();
        var taken = fitting.FirstOrDefault(value => string.Equals(value.Name, parameter.Name, StringComparison.OrdinalIgnoreCase)) ?? fitting.FirstOrDefault();
        if (taken is null)
            return null;
        _unused.Remove(taken);
        if (taken.Type.NullableAnnotation == NullableAnnotation.Annotated && parameter.Type is { IsReferenceType: true, NullableAnnotation: NullableAnnotation.NotAnnotated })
            findings.Add(Rules.NullLoaded, parameter, $"'{_load!.Method.Short()}' may load no '{taken.Type.Short()}', but parameter '{parameter.Name}' of Handle is not nullable: write '{parameter.Type.Short()}? {parameter.Name}', or throw in LoadAsync.");
        return taken.Argument;
    }

    public void ReportUnused(IMethodSymbol handler, List<Finding> findings)
    {
        foreach (var value in _unused)
            findings.Add(Rules.UnusedLoad, _load!.Method, $"'{_load.Method.Short()}' loads '{value.Type.Short()}', which Handle({handler.Message()!.Name}, …) does not take: add a parameter of that type to Handle, or do not load it.");
    }

    private sealed record Value(ITypeSymbol Type, string Name, Argument Argument);
}
