namespace Portolan.Observability.Correlation;

/// <summary>What a process believes of the ids its callers send.</summary>
public sealed class CorrelationOptions
{
    /// <summary>
    /// True (default): a well-formed <c>X-Correlation-ID</c> and <c>X-Request-ID</c> of the caller are continued. False, for
    /// an edge that meets strangers: every request is a user action of its own.
    /// </summary>
    public bool AcceptFromCaller { get; set; } = true;
}
