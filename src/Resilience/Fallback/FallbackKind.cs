namespace Portolan.Resilience.Fallback;

/// <summary>What kind of answer stands in for the real one.</summary>
public enum FallbackKind
{
    /// <summary>A fixed one: an empty list, a usual price.</summary>
    Default,

    /// <summary>The last good one.</summary>
    Cached,

    /// <summary>A part of the real one.</summary>
    Degraded,

    /// <summary>From another source.</summary>
    Alternative,

    /// <summary>That it will be done later.</summary>
    Queued,
}
