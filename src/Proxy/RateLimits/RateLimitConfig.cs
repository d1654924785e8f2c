using Portolan.Resilience.RateLimiting;

namespace Portolan.Proxy.RateLimits;

/// <summary>One rate limit of a route.</summary>
public sealed record RateLimitConfig
{
    /// <summary>What headers and logs call it. Default: what it counts by.</summary>
    public string? Name { get; init; }

    /// <summary>Requests in a <see cref="Window"/>, at least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>Up to a day. Default 1 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How it is counted. Default: the sliding counter.</summary>
    public LimitAlgorithm Algorithm { get; init; } = LimitAlgorithm.SlidingCounter;

    /// <summary>What can be had at once, for the two buckets and GCRA. Default: <see cref="Limit"/>, and 1 for GCRA.</summary>
    public int? Burst { get; init; }

    /// <summary>Whose requests are counted together: <c>ip</c> (default), <c>user</c>, <c>route</c> or <c>header:Name</c>.</summary>
    public string By { get; init; } = "ip";

    /// <summary>True: it counts and tells what it would have refused, and refuses nothing.</summary>
    public bool DryRun { get; init; }

    internal RateLimitOptions Options => new()
    {
        Name = Name ?? By.Replace("header:", "", StringComparison.Ordinal).ToLowerInvariant(),
        Algorithm = Algorithm,
        Permits = Limit,
        Period = Window,
        Burst = Burst ?? (Algorithm is LimitAlgorithm.TokenBucket ? Limit : null),
    };
}
