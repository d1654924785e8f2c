using System.Text.Json.Serialization;
using Portolan.Registry.Catalogue;

namespace Portolan.Registry.Api;

internal sealed record LeaseDocument(double Seconds, DateTime ExpiresAt)
{
    public static LeaseDocument From(Lease lease) => new(lease.Duration.TotalSeconds, lease.ExpiresAt);
}

internal sealed record HeartbeatDocument(LeaseDocument Lease);

internal sealed record InstanceDocument(
    string Id,
    string Host,
    int Port,
    bool Healthy,
    string Status,
    IReadOnlyList<string> Tags,
    SortedDictionary<string, int> Ports,
    SortedDictionary<string, string> Metadata,
    DateTime RegisteredAt,
    LeaseDocument Lease)
{
    public static InstanceDocument From(Registered registered)
    {
        var instance = registered.Instance;
        return new InstanceDocument(
            instance.Id, instance.Host, instance.Port, registered.Healthy, instance.Status, instance.Tags, instance.Ports,
            instance.Metadata, instance.RegisteredAt, LeaseDocument.From(registered.Lease));
    }
}

internal sealed record ServiceDocument(string ServiceName, IReadOnlyList<InstanceDocument> Instances)
{
    public static ServiceDocument From(ServiceState state) =>
        new(state.Name, [.. state.Instances.Values.Select(InstanceDocument.From)]);
}

internal sealed record ServiceLine(string ServiceName, int Healthy, int Total);

internal sealed record ServiceList(IReadOnlyList<ServiceLine> Services);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InstanceDocument))]
[JsonSerializable(typeof(HeartbeatDocument))]
[JsonSerializable(typeof(ServiceDocument))]
[JsonSerializable(typeof(ServiceList))]
internal sealed partial class ApiJson : JsonSerializerContext;
