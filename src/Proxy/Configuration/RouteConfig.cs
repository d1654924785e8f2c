using System.Diagnostics.CodeAnalysis;
using Portolan.Proxy.RateLimits;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Configuration;

/// <summary>
/// Requests that go one way: on to one <see cref="Service"/>, or answered with what several say (<see cref="Compose"/>).
/// Exactly one of the two is set.
/// </summary>
public sealed record RouteConfig
{
    private readonly string? name;

    /// <summary>
    /// What the route is called in logs, metrics and tools, and what its limiters and caches are kept by when another
    /// configuration is put in force. Unique; null sets the default: what it matches.
    /// </summary>
    [AllowNull]
    public string Name
    {
        get => name ?? Match();
        init => name = value;
    }

    /// <summary>Which paths: literal segments, <c>{name}</c> for any one segment, <c>{**rest}</c> last for all that remains.</summary>
    public required string Path { get; init; }

    /// <summary>Which methods; empty means all. GET includes HEAD.</summary>
    public ConfigList<string> Methods { get; init; } = [];

    /// <summary>Name of the service that answers; null for a composed route.</summary>
    public string? Service { get; init; }

    /// <summary>Path sent to the service, of literals and the values of <see cref="Path"/>; null sends the path as it came.</summary>
    public string? Rewrite { get; init; }

    /// <summary>The parts of a composed answer, in the order they are shown; null for a forwarded route.</summary>
    public ConfigList<PartConfig>? Compose { get; init; }

    /// <summary>How many requests it lets through; all of the limits must agree. Null: all.</summary>
    public ConfigList<RateLimitConfig>? RateLimit { get; init; }

    /// <summary>False when the name is the default.</summary>
    internal bool IsNamed => name is not null;

    private string Match() => Methods.Count == 0 ? Path : $"{string.Join(',', Methods)} {Path}";
}
