namespace Portolan.Registry.Catalogue;

/// <summary>What an instance said about itself.</summary>
public sealed record Instance
{
    /// <summary>Unique within the service.</summary>
    public required string Id { get; init; }

    /// <summary>Address or name to connect to.</summary>
    public required string Host { get; init; }

    /// <summary>The port that speaks HTTP.</summary>
    public required int Port { get; init; }

    /// <summary>One of <see cref="InstanceStatus"/>.</summary>
    public string Status { get; init; } = InstanceStatus.Healthy;

    /// <summary>Free labels.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Further named ports, in the order of their names.</summary>
    public SortedDictionary<string, int> Ports { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Free facts, in the order of their names.</summary>
    public SortedDictionary<string, string> Metadata { get; init; } = new(StringComparer.Ordinal);

    /// <summary>How long it stays without a heartbeat.</summary>
    public required double LeaseSeconds { get; init; }

    /// <summary>When this id came into the catalogue; a renewal or a change does not move it.</summary>
    public DateTime RegisteredAt { get; init; }
}
