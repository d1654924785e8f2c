using Portolan.Proxy.Caching;
using Portolan.Proxy.RateLimits;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Configuration;

/// <summary>
/// Requests that go one way: on to one <see cref="Service"/>, or answered with what several say (<see cref="Compose"/>).
/// Exactly one of the two is set.
/// </summary>
public sealed record RouteConfig
{
    /// <summary>Which paths: literal segments, <c>{name}</c> for any one segment, <c>{**rest}</c> last for all that remains.</summary>
    public required string Path { get; init; }

    /// <summary>Which methods; empty means all. GET includes HEAD.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>Name of the service that answers; null for a composed route.</summary>
    public string? Service { get; init; }

    /// <summary>Path sent to the service, of literals and the values of <see cref="Path"/>; null sends the path as it came.</summary>
    public string? Rewrite { get; init; }

    /// <summary>The parts of a composed answer, in the order they are shown; null for a forwarded route.</summary>
    public IReadOnlyList<PartConfig>? Compose { get; init; }

    /// <summary>How many requests it lets through; all of the limits must agree. Null: all.</summary>
    public ConfigList<RateLimitConfig>? RateLimit { get; init; }

    /// <summary>Lets its answers be kept and given again. Null: each request goes to the service.</summary>
    public CacheConfig? Cache { get; init; }
}
