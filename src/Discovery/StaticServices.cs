namespace Portolan.Discovery;

/// <summary>The services that configuration names by address: from the start on, or since another configuration was put in force.</summary>
internal sealed class StaticServices(DiscoveryOptions options)
{
    private static readonly Dictionary<string, string> NoMetadata = [];
    private volatile Dictionary<string, string[]> placed = [];

    public IEnumerable<string> Names => options.Services.Keys.Union(placed.Keys, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<ServiceInstance> Of(string service) =>
        placed.TryGetValue(service, out var addresses) || options.Services.TryGetValue(service, out addresses) ? [.. addresses.Select(ToInstance)] : [];

    /// <summary>In place of what was placed before; goes before the options.</summary>
    public void Place(IEnumerable<KeyValuePair<string, string[]>> addresses) =>
        placed = new Dictionary<string, string[]>(addresses, StringComparer.OrdinalIgnoreCase);

    public static bool IsAddress(string address) =>
        UnixAddress.IsValid(address)
        || (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri.PathAndQuery == "/");

    private static ServiceInstance ToInstance(string address, int index)
    {
        if (UnixAddress.Is(address))
        {
            return new ServiceInstance($"configured-{index + 1}", address, 0, Healthy: true, "healthy", [], NoMetadata);
        }

        var uri = new Uri(address);
        return new ServiceInstance($"configured-{index + 1}", uri.IdnHost, uri.Port, Healthy: true, "healthy", [], NoMetadata);
    }
}
