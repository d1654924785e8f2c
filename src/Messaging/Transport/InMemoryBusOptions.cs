namespace Portolan.Messaging.Transport;

/// <summary>How an <see cref="InMemoryBus"/> behaves; as it stands, like a bus on a good day.</summary>
public sealed class InMemoryBusOptions
{
    /// <summary>Messages delivered at a time. Default 100.</summary>
    public int Batch { get; set; } = 100;

    /// <summary>Share of messages that come twice, the second time soon or late; 0 to 1. Default 0.</summary>
    public double Duplicates { get; set; }

    /// <summary>Share of messages that overtake others, also of their own key; 0 to 1. Default 0.</summary>
    public double Reordering { get; set; }

    /// <summary>Where chance comes from; one with a seed makes a run repeatable.</summary>
    public Random Random { get; set; } = Random.Shared;
}
