namespace Portolan.Discovery;

/// <summary>One running instance of a service as the registry reports it.</summary>
/// <param name="Id">Unique within the service.</param>
/// <param name="Host">Address or name to connect to.</param>
/// <param name="Port">The port that speaks HTTP.</param>
/// <param name="Healthy">True when requests may be sent there.</param>
/// <param name="Status">starting, healthy, degraded or unhealthy.</param>
/// <param name="Tags">Free labels.</param>
/// <param name="Metadata">Free facts, such as <c>version</c>.</param>
public sealed record ServiceInstance(
    string Id,
    string Host,
    int Port,
    bool Healthy,
    string Status,
    IReadOnlyList<string> Tags,
    IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Key of the metadata that tells a process from the one that was there before it under the same id.</summary>
    public const string StartedKey = "started";

    /// <summary>True when it speaks TLS: its metadata <c>scheme</c> is <c>https</c>.</summary>
    public bool IsSecure => Metadata.Count > 0 && Metadata.TryGetValue("scheme", out var scheme) && scheme == Uri.UriSchemeHttps;

    /// <summary>When its process began, as it says itself; null where it does not.</summary>
    internal string? Started => Metadata.GetValueOrDefault(StartedKey);
}
