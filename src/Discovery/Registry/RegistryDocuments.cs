using System.Text.Json.Serialization;

namespace Portolan.Discovery.Registry;

/// <summary>What a watch was answered.</summary>
/// <param name="Index">Null when this registry cannot be watched.</param>
/// <param name="Instances">By id.</param>
/// <param name="Grace">How long the registry itself does not trust its emptiness.</param>
internal sealed record WatchAnswer(long? Index, IReadOnlyList<ServiceInstance> Instances, TimeSpan Grace);

internal sealed record ServiceDocument(List<InstanceDocument>? Instances);

internal sealed record InstanceDocument(
    string? Id, string? Host, int Port, bool Healthy, string? Status, List<string>? Tags, Dictionary<string, string>? Metadata)
{
    public ServiceInstance ToInstance() =>
        new(Id ?? "", Host ?? "", Port, Healthy, Status ?? "", Tags ?? [], Metadata ?? []);
}

internal sealed record ServiceListDocument(List<ServiceLineDocument>? Services);

internal sealed record ServiceLineDocument(string? ServiceName);

internal sealed record RegistrationDocument(
    string Host,
    int Port,
    string Status,
    IEnumerable<string> Tags,
    IDictionary<string, int> Ports,
    IDictionary<string, string> Metadata,
    double LeaseSeconds);

internal sealed record HeartbeatDocument(string Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ServiceDocument))]
[JsonSerializable(typeof(ServiceListDocument))]
[JsonSerializable(typeof(RegistrationDocument))]
[JsonSerializable(typeof(HeartbeatDocument))]
internal sealed partial class RegistryJson : JsonSerializerContext;
