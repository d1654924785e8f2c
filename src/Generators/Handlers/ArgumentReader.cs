using Microsoft.CodeAnalysis;
using Portolan.Generators.Diagnostics;
using Portolan.Generators.Symbols;

namespace Portolan.Generators.Handlers;

/// <summary>Decides what is passed for each parameter of Handle and LoadAsync.</summary>
internal static class ArgumentReader
{
    public static EquatableArray<Argument> ForHandle(IMethodSymbol handler, Loaded? load, List<Finding> findings)
    {
        var values = new LoadedValues(load);
        // Loaded values go to the parameters they fit before anything else is tried: a value the user loaded is meant.
        var arguments = handler.Parameters
            .Select(parameter => Common(parameter, findings)
                ?? (parameter.Type.Is(KnownTypes.StoreTransaction) ? new Argument(ArgumentKind.Transaction) : null)
                ?? values.Take(parameter, findings)
                ?? Service(parameter, "is neither loaded by LoadAsync nor can it be a service: return it from LoadAsync, or put it into the message", findings))
            .ToEquatableArray();
        values.ReportUnused(handler, findings);
        return arguments;
    }

    public static EquatableArray<Argument> ForLoad(IMethodSymbol load, List<Finding> findings) =>
        load.Parameters
            .Select(parameter => Common(parameter, findings)
                ?? (parameter.Type.Is(KnownTypes.StoreTransaction) ? NoTransaction(parameter, findings) : null)
                ?? Service(parameter, "cannot be a service: put it into the message, or read it here", findings))
            .ToEquatableArray();

    private static Argument? Common(IParameterSymbol parameter, List<Finding> findings)
    {
        if (parameter.RefKind != RefKind.None || parameter.IsParams)
        {
            findings.Add(Rules.Parameter, parameter, $"Parameter '{parameter.Name}' of '{Method(parameter)}' is {(parameter.IsParams ? "params" : parameter.RefKind.ToString().ToLowerInvariant())}: take it by value.");
            return new(ArgumentKind.Message);
        }

        return parameter.Ordinal == 0 ? new(ArgumentKind.Message)
            : parameter.Type.Is(KnownTypes.MessageContext) ? new(ArgumentKind.Context)
            : parameter.Type.Is(KnownTypes.CancellationToken) ? new(ArgumentKind.CancellationToken)
            : null;
    }

    private static Argument NoTransaction(IParameterSymbol parameter, List<Finding> findings)
    {
        findings.Add(Rules.Parameter, parameter, $"'{Method(parameter)}' takes a StoreTransaction, but it runs before and outside the transaction: read from the Store here, or move the work into Handle.");
        return new(ArgumentKind.Service);
    }

    private static Argument Service(IParameterSymbol parameter, string otherwise, List<Finding> findings)
    {
        if (!CanBeService(parameter.Type))
            findings.Add(Rules.Parameter, parameter, $"Parameter '{parameter.Name}' of '{Method(parameter)}' is '{parameter.Type.Short()}', which {otherwise}.");
        return new(ArgumentKind.Service, parameter.Type.Code());
    }

    private static bool CanBeService(ITypeSymbol type) =>
        type.TypeKind is TypeKind.Class or TypeKind.Interface or TypeKind.Delegate
        && type.SpecialType is SpecialType.None
        && !type.IsMessage();

    private static string Method(IParameterSymbol parameter) => ((IMethodSymbol)parameter.ContainingSymbol).Short();
}
