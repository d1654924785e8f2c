namespace Portolan.Discovery;

/// <summary>The services that configuration names by address: the options for good, and whoever uses the directory until further notice.</summary>
internal sealed class StaticServices(DiscoveryOptions options)
{
    private const string Unix = "unix:";

    private static readonly Dictionary<string, string> NoMetadata = [];

    private volatile Dictionary<string, string[]> named = [];

    /// <summary>All names.</summary>
    public IEnumerable<string> Names => named.Keys.Union(options.Services.Keys, StringComparer.OrdinalIgnoreCase);

    /// <summary>Names others in place of those that were named before; they come before those of the options.</summary>
    public void Replace(IReadOnlyDictionary<string, string[]> services) => named = new(services, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<ServiceInstance> Of(string service) =>
        named.TryGetValue(service, out var addresses) || options.Services.TryGetValue(service, out addresses) ? [.. addresses.Select(ToInstance)] : [];

    public static bool IsAddress(string address) =>
        (address.StartsWith(Unix, StringComparison.Ordinal) && address.Length > Unix.Length)
        || (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri.PathAndQuery == "/");

    private static ServiceInstance ToInstance(string address, int index)
    {
        if (address.StartsWith(Unix, StringComparison.Ordinal))
        {
            // A socket in the file system, which the proxy can reach.
            return new ServiceInstance($"configured-{index + 1}", address, 0, Healthy: true, "healthy", [], NoMetadata);
        }

        var uri = new Uri(address);
        return new ServiceInstance($"configured-{index + 1}", uri.IdnHost, uri.Port, Healthy: true, "healthy", [], NoMetadata);
    }
}
