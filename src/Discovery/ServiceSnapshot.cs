namespace Portolan.Discovery;

/// <summary>Everything known about a service at one moment; never changes.</summary>
/// <param name="Service">Name of the service.</param>
/// <param name="Instances">All instances, the unhealthy ones too.</param>
/// <param name="Stale">True when the registry does not confirm this now: it is the last good set, or the configured one.</param>
public sealed record ServiceSnapshot(string Service, IReadOnlyList<ServiceInstance> Instances, bool Stale)
{
    /// <summary>True when the registry says that it knows of no instance, or there is no registry, and those of the configuration stand in.</summary>
    public bool IsConfigured { get; init; }
}
