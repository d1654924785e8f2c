namespace Portolan.Resilience.FaultInjection;

/// <summary>A fault that is set.</summary>
/// <param name="Rule">What was set.</param>
/// <param name="Remaining">How long it lasts from now on.</param>
/// <param name="Hits">Calls and requests that it hit.</param>
public readonly record struct FaultReport(FaultRule Rule, TimeSpan Remaining, long Hits);
