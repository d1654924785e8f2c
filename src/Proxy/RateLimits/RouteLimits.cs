using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Settings;
using Portolan.Resilience.RateLimiting;

namespace Portolan.Proxy.RateLimits;

/// <summary>The limiters of a route, which outlive a reload that does not change them: those that refuse, and those that only count.</summary>
internal sealed class RouteLimits(ConfigList<RateLimitConfig> limits, TimeProvider clock)
{
    public RateLimits<HttpContext>? Refusing { get; } = Of(limits.Where(limit => !limit.DryRun), clock);

    public RateLimits<HttpContext>? Counting { get; } = Of(limits.Where(limit => limit.DryRun), clock);

    private static RateLimits<HttpContext>? Of(IEnumerable<RateLimitConfig> limits, TimeProvider clock) =>
        limits.Select(limit => RateLimitKey.Rule(limit, clock)).ToArray() is { Length: > 0 } rules ? new RateLimits<HttpContext>(rules) : null;
}
