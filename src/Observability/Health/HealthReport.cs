namespace Portolan.Observability.Health;

/// <summary>What all checks of one question found together.</summary>
/// <param name="Status">Down when a required one is down, degraded when any other is not up.</param>
/// <param name="Components">What each found, by name.</param>
public sealed record HealthReport(HealthStatus Status, IReadOnlyDictionary<string, HealthResult> Components);
