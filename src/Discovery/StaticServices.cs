namespace Portolan.Discovery;

/// <summary>The services that configuration names by address: from the start on, or since another configuration was put in force.</summary>
internal sealed class StaticServices(DiscoveryOptions options)
{
    private static readonly Dictionary<string, string> NoMetadata = [];
    private static readonly Dictionary<string, string> Encrypted = new() { ["scheme"] = Uri.UriSchemeHttps };
    private volatile Dictionary<string, string[]> placed = [];

    public IEnumerable<string> Names => options.Services.Keys.Union(placed.Keys, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<ServiceInstance> Of(string service) =>
        placed.TryGetValue(service, out var addresses) || options.Services.TryGetValue(service, out addresses) ? [.. addresses.Select(ToInstance)] : [];

    /// <summary>In place of what was placed before; goes before the options.</summary>
    public void Place(IEnumerable<KeyValuePair<string, string[]>> addresses) =>
        placed = new Dictionary<string, string[]>(addresses, StringComparer.OrdinalIgnoreCase);

    public static bool IsAddress(string address) =>
        UnixAddress.IsValid(address)
        || (Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && uri.PathAndQuery == "/");

    // Known by its address: whatever is kept of an instance, a session or a circuit, is of that one wherever it stands in the list.
    private static ServiceInstance ToInstance(string address)
    {
        if (UnixAddress.Is(address))
        {
            return new ServiceInstance(address, address, 0, Healthy: true, "healthy", [], NoMetadata);
        }

        var uri = new Uri(address);
        return new ServiceInstance(uri.Authority.ToLowerInvariant(), uri.IdnHost, uri.Port, Healthy: true, "healthy", [], uri.Scheme == Uri.UriSchemeHttps ? Encrypted : NoMetadata);
    }
}
