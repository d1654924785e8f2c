namespace Portolan.Discovery.Selection;

/// <summary>The instances of a service that say one thing of themselves, such as <c>api_version</c> <c>v2</c>.</summary>
/// <param name="Key">Of their metadata.</param>
/// <param name="Value">What it is, in any case.</param>
public sealed record InstanceSubset(string Key, string Value)
{
    /// <summary>Those instances; all of them where none says anything under the key.</summary>
    public IReadOnlyList<ServiceInstance> Of(IReadOnlyList<ServiceInstance> instances) =>
        instances.Any(instance => instance.Metadata.ContainsKey(Key))
            ? [.. instances.Where(instance => instance.Metadata.TryGetValue(Key, out var value) && value.Equals(Value, StringComparison.OrdinalIgnoreCase))]
            : instances;
}
