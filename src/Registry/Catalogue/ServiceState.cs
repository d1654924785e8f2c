using System.Collections.Immutable;

namespace Portolan.Registry.Catalogue;

/// <summary>An instance and its lease.</summary>
public sealed record Registered(Instance Instance, Lease Lease)
{
    /// <summary>True when requests may be sent there now.</summary>
    public bool Healthy => InstanceStatus.Serves(Instance.Status) && !Lease.Expired;
}

/// <summary>A service at one moment; never changes, but for its leases.</summary>
/// <param name="Name">Of the service.</param>
/// <param name="Index">Grows with every change of this service; 1 for a service never heard of.</param>
/// <param name="Instances">By id.</param>
/// <param name="EmptySince">When the last instance left; null while there is one, or when there never was.</param>
public sealed record ServiceState(
    string Name, long Index, ImmutableSortedDictionary<string, Registered> Instances, DateTime? EmptySince)
{
    /// <summary>How many instances take requests now.</summary>
    public int HealthyCount => Instances.Values.Count(registered => registered.Healthy);

    internal static ServiceState Unknown(string name) =>
        new(name, 1, ImmutableSortedDictionary.Create<string, Registered>(StringComparer.Ordinal), null);

    internal ServiceState With(Registered registered) =>
        this with { Index = Index + 1, Instances = Instances.SetItem(registered.Instance.Id, registered), EmptySince = null };

    internal ServiceState Without(IEnumerable<string> ids, DateTime now)
    {
        var left = Instances.RemoveRange(ids);
        return this with { Index = Index + 1, Instances = left, EmptySince = left.IsEmpty ? now : null };
    }
}
