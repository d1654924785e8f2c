namespace Portolan.Discovery;

/// <summary>The services that configuration names by address.</summary>
internal static class StaticServices
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    public static IReadOnlyList<ServiceInstance> Of(DiscoveryOptions options, string service) =>
        options.Services.TryGetValue(service, out var addresses) ? [.. addresses.Select(ToInstance)] : [];

    public static bool IsAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri.PathAndQuery == "/";

    private static ServiceInstance ToInstance(string address, int index)
    {
        var uri = new Uri(address);
        return new ServiceInstance($"configured-{index + 1}", uri.IdnHost, uri.Port, Healthy: true, "healthy", [], NoMetadata);
    }
}
