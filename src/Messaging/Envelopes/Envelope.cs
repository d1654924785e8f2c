namespace Portolan.Messaging.Envelopes;

/// <summary>A message as it travels: CloudEvents attributes, headers, and the body as bytes.</summary>
public sealed record Envelope
{
    /// <summary>Stays the same through retries, duplicates and redrives.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name on the wire.</summary>
    public required string Type { get; init; }

    /// <summary>The service that produced it.</summary>
    public required string Source { get; init; }

    /// <summary>The one service it is for; null for an event.</summary>
    public string? Destination { get; init; }

    /// <summary>Messages of one source with the same key are handled in order; null has no order.</summary>
    public string? Key { get; init; }

    /// <summary>When it was produced.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>See <see cref="EnvelopeHeaders"/>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = EnvelopeHeaders.None;

    /// <summary>JSON.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What must stay in order: the key within its source, or for a message without one, the message alone.</summary>
    internal string OrderKey => Key is null ? Id.ToString("D") : $"{Source}/{Key}";
}
