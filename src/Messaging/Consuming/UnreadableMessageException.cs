using System.Text.Json;

namespace Portolan.Messaging.Consuming;

/// <summary>A message's body is not the JSON its handler takes: no further attempt will change that.</summary>
public sealed class UnreadableMessageException(string type, JsonException inner)
    : Exception($"The body of {type} does not fit the handler's record: {inner.Message} Correct one of the two, then redrive.", inner);
