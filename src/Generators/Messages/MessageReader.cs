using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Portolan.Generators.Diagnostics;
using Portolan.Generators.Symbols;

namespace Portolan.Generators.Messages;

/// <summary>A message as read, with the place of its name for the comparison with all others.</summary>
internal sealed record FoundMessage(Found<MessagePart> Found, Place? Place);

/// <summary>Reads a record with [Event] or [Command].</summary>
internal static class MessageReader
{
    public static FoundMessage Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        var type = (INamedTypeSymbol)context.TargetSymbol;
        return new(
            Found<MessagePart>.From(findings => Read(type, context.Attributes[0], findings, cancellationToken)),
            Place.Of(context.Attributes[0], cancellationToken) ?? Place.Of(type));
    }

    /// <summary>The message a handler takes; null where it is not sound, which is reported at the message itself.</summary>
    public static MessagePart? Read(INamedTypeSymbol type, CancellationToken cancellationToken) =>
        (type.Attribute(KnownTypes.Event) ?? type.Attribute(KnownTypes.Command)) is { } attribute
            ? Read(type, attribute, [], cancellationToken)
            : null;

    private static MessagePart? Read(
        INamedTypeSymbol type, AttributeData attribute, List<Finding> findings, CancellationToken cancellationToken)
    {
        var place = Place.Of(attribute, cancellationToken) ?? Place.Of(type);
        if (Obstacle(type) is { } obstacle)
        {
            findings.Add(Rules.Reachable, type, obstacle);
            return null;
        }

        // Without an argument the compiler has already said so.
        if (attribute.ConstructorArguments.FirstOrDefault() is not { Kind: TypedConstantKind.Primitive } argument)
            return null;
        var name = argument.Value as string ?? "";
        if (!WireName.IsWellFormed(name))
        {
            findings.Add(new(
                Rules.WireName, place,
                $"'{name}' is no wire name for '{type.Name}': use lower-case letters, digits, '-' and '.', with the version at the end, such as \"{WireName.Suggest(name, type.Name)}\"."));
        }

        var isEvent = attribute.AttributeClass.Is(KnownTypes.Event);
        return new(type.Code(), name, isEvent, attribute.Named<string>("To"), Key(type, attribute, place, findings));
    }

    private static string? Obstacle(INamedTypeSymbol type)
    {
        if (Reach.Obstacle(type) is { } obstacle)
            return $"Message '{type.Name}' cannot be used because {obstacle}: make it an internal or public record without type parameters.";
        if (type.IsAbstract || type.IsStatic)
            return $"Message '{type.Name}' cannot be created because it is {(type.IsStatic ? "static" : "abstract")}: put the attribute on the records that are sent.";
        if (type.Attribute(KnownTypes.Event) is not null && type.Attribute(KnownTypes.Command) is not null)
            return $"Message '{type.Name}' is both an event and a command: keep one of the two attributes.";
        return null;
    }

    private static KeyProperty? Key(INamedTypeSymbol type, AttributeData attribute, Place? place, List<Finding> findings)
    {
        if (attribute.Named<string>("Key") is not { } name)
            return null;
        var property = Properties(type).FirstOrDefault(candidate => candidate.Name == name);
        if (property is null)
        {
            var known = Properties(type).Select(candidate => candidate.Name).Where(candidate => candidate != "EqualityContract");
            findings.Add(new(
                Rules.Key, place,
                $"Key \"{name}\" of '{type.Name}' is not one of its readable properties ({string.Join(", ", known)}): write Key = nameof(...) with one of them."));
            return null;
        }

        var identifier = SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;
        return new(identifier, property.Type.SpecialType == SpecialType.System_String);
    }

    private static IEnumerable<IPropertySymbol> Properties(INamedTypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            foreach (var property in type.GetMembers().OfType<IPropertySymbol>())
            {
                if (property is { IsStatic: false, IsIndexer: false, GetMethod: { } getter } && Reach.Obstacle(getter) is null)
                    yield return property;
            }
        }
    }
}
