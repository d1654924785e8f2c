namespace Portolan.Observability.Health;

/// <summary>Which questions a check answers; <c>/health</c> asks all.</summary>
[Flags]
public enum HealthScope
{
    /// <summary><c>/health/ready</c>: may requests be sent here now?</summary>
    Readiness = 1,

    /// <summary><c>/health/startup</c>: has it finished starting?</summary>
    Startup = 2,

    /// <summary>Everything.</summary>
    All = Readiness | Startup,
}

/// <summary>A named look at one thing the process depends on.</summary>
/// <param name="Name">Its key among the components.</param>
/// <param name="CheckAsync">The look itself; it is cancelled when its time is over.</param>
public sealed record HealthCheck(string Name, Func<CancellationToken, ValueTask<HealthResult>> CheckAsync)
{
    /// <summary>True (default): the whole is down when this is. False: only degraded.</summary>
    public bool Required { get; init; } = true;

    /// <summary>Which questions it answers; default readiness.</summary>
    public HealthScope Scope { get; init; } = HealthScope.Readiness;
}
