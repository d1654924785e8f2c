namespace Portolan.Registry.Catalogue;

/// <summary>What an instance says about its own health.</summary>
public static class InstanceStatus
{
    /// <summary>Up, not ready for requests.</summary>
    public const string Starting = "starting";

    /// <summary>Ready.</summary>
    public const string Healthy = "healthy";

    /// <summary>Ready, without something optional.</summary>
    public const string Degraded = "degraded";

    /// <summary>Up, and not able to serve.</summary>
    public const string Unhealthy = "unhealthy";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Starting, Healthy, Degraded, Unhealthy];

    /// <summary>True when an instance of this status takes requests.</summary>
    public static bool Serves(string status) => status is Healthy or Degraded;
}
