namespace Portolan.Core.Messages;

/// <summary>One message type as the source generator found it.</summary>
/// <param name="Name">Name on the wire.</param>
/// <param name="Type">The record here.</param>
/// <param name="Kind">Event or command.</param>
/// <param name="Destination">The service a command goes to; null for events and for commands handled here.</param>
/// <param name="Key">Reads the ordering key; null where messages of this type have none.</param>
public sealed record MessageType(string Name, Type Type, MessageKind Kind, string? Destination, Func<object, string?>? Key);
