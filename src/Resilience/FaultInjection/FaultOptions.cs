namespace Portolan.Resilience.FaultInjection;

/// <summary>What operators may do.</summary>
public sealed record FaultOptions
{
    /// <summary>Faults can be set over HTTP even in the environment named Production. Default: they cannot.</summary>
    public bool AllowInProduction { get; init; }
}
