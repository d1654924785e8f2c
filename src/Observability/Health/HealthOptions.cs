namespace Portolan.Observability.Health;

/// <summary>Tuning of the health endpoints.</summary>
public sealed class HealthOptions
{
    /// <summary>Time one check has; all run at once, so the answer takes little longer. Default 800 ms.</summary>
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>A folder on the disk that the process writes to; default the current folder.</summary>
    public string DiskPath { get; set; } = ".";

    /// <summary>Free bytes below which the disk is down. Default 10 MB.</summary>
    public long DiskThreshold { get; set; } = 10 * 1024 * 1024;

    /// <summary>True: a degraded process answers 503 too. Default false.</summary>
    public bool UnavailableWhenDegraded { get; set; }
}
