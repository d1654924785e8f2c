namespace Portolan.Registry;

/// <summary>Limits of the registry.</summary>
public sealed class RegistryOptions
{
    /// <summary>Lease of an instance that asks for none. Default 30 s, three heartbeats.</summary>
    public TimeSpan DefaultLease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often leases are checked. Default 500 ms.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a service that lost its last instance stays listed. Default 1 h.</summary>
    public TimeSpan ForgetAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Long polls open at the same time. Default 10,000.</summary>
    public int MaximumWatchers { get; set; } = 10_000;

    /// <summary>Names of services ever registered. Default 10,000.</summary>
    public int MaximumServices { get; set; } = 10_000;

    /// <summary>Instances of one service. Default 5,000.</summary>
    public int MaximumInstances { get; set; } = 5_000;
}
