namespace Portolan.Discovery;

/// <summary>The services that configuration names by address.</summary>
internal static class StaticServices
{
    private const string Unix = "unix:";

    private static readonly Dictionary<string, string> NoMetadata = [];

    public static IReadOnlyList<ServiceInstance> Of(DiscoveryOptions options, string service) =>
        options.Services.TryGetValue(service, out var addresses) ? [.. addresses.Select(ToInstance)] : [];

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
