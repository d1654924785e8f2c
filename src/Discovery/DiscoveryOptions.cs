using Portolan.Discovery.Http;

namespace Portolan.Discovery;

/// <summary>Where the registry is and how it is used.</summary>
public sealed class DiscoveryOptions
{
    /// <summary>Base address of the Portolan server; null means that only <see cref="Services"/> is known.</summary>
    public Uri? Server { get; set; }

    /// <summary>How often an instance renews its lease, which lasts three times as long. Default 10 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the first lookup of a service waits for the registry. Default 2 s; later lookups never wait.</summary>
    public TimeSpan LookupTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long one long poll stays open. Default 30 s, at most 60 s.</summary>
    public TimeSpan Watch { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often to ask where the registry cannot be watched; see <see cref="CachePresets"/>. Default 30 s.</summary>
    public TimeSpan CacheFor { get; set; } = CachePresets.Standard;

    /// <summary>Base addresses by service name, used while the registry names no instance of the service.</summary>
    public Dictionary<string, string[]> Services { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How services are called by their name, where it is not <see cref="DefaultClient"/>.</summary>
    public Dictionary<string, ServiceClientOptions> Clients { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How services are called by their name.</summary>
    public ServiceClientOptions DefaultClient { get; set; } = new();

    internal ServiceClientOptions ClientOf(string service) => Clients.GetValueOrDefault(service) ?? DefaultClient;
}
