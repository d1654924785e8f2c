namespace Portolan.Generators.Messages;

/// <summary>A sound message type.</summary>
/// <param name="Type">Its record, as code.</param>
/// <param name="Name">On the wire.</param>
/// <param name="Destination">A command's <c>To</c>.</param>
/// <param name="Key">Property that orders messages.</param>
internal sealed record MessagePart(string Type, string Name, bool IsEvent, string? Destination, KeyProperty? Key);

/// <summary>The property behind a message's ordering key, as code.</summary>
internal sealed record KeyProperty(string Name, bool IsString);
