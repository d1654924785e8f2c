using Portolan.Resilience;

namespace Portolan.Discovery.Http;

/// <summary>What a caller may say of a single request to a service by name.</summary>
public static class ServiceRequests
{
    /// <summary>Key in <see cref="HttpRequestMessage.Options"/>: priority, key, whether it may be repeated, time of an attempt.</summary>
    public static HttpRequestOptionsKey<CallOptions> Options { get; } = new("portolan.call");
}
