using Microsoft.CodeAnalysis;

namespace Portolan.Generators.Symbols;

/// <summary>Types the generator knows by name: it references none of the assemblies they are in.</summary>
internal static class KnownTypes
{
    public const string Handler = "Portolan.Core.Handlers.HandlerAttribute";
    public const string Event = "Portolan.Core.Messages.EventAttribute";
    public const string Command = "Portolan.Core.Messages.CommandAttribute";
    public const string StoreTransaction = "Portolan.Core.Database.StoreTransaction";
    public const string MessageContext = "Portolan.Core.Handlers.MessageContext";
    public const string Host = "Portolan.Hosting.PortolanHost";
    public const string Saga = "Portolan.Sagas.SagaDefinition";
    public const string CancellationToken = "System.Threading.CancellationToken";
    public const string Task = "System.Threading.Tasks.Task";
    public const string TaskOf = "System.Threading.Tasks.Task`1";
    public const string ValueTask = "System.Threading.Tasks.ValueTask";
    public const string ValueTaskOf = "System.Threading.Tasks.ValueTask`1";
    public const string AsyncEnumerable = "System.Collections.Generic.IAsyncEnumerable`1";

    public static bool Is(this ITypeSymbol? type, string metadataName) =>
        type is INamedTypeSymbol { ContainingType: null } named
        && metadataName.EndsWith(named.MetadataName, StringComparison.Ordinal)
        && metadataName == $"{named.ContainingNamespace.ToDisplayString()}.{named.MetadataName}";

    public static AttributeData? Attribute(this ISymbol symbol, string metadataName) =>
        symbol.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass.Is(metadataName));

    public static bool IsMessage(this ITypeSymbol? type) =>
        type is INamedTypeSymbol && (type.Attribute(Event) ?? type.Attribute(Command)) is not null;

    public static T? Named<T>(this AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value is { Kind: TypedConstantKind.Primitive, Value: T value }
            ? value
            : default;
}
