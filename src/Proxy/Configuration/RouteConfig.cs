using System.Diagnostics.CodeAnalysis;
using Portolan.Proxy.Affinity;
using Portolan.Proxy.Caching;
using Portolan.Proxy.Compression;
using Portolan.Proxy.Cors;
using Portolan.Proxy.FaultInjection;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Mirroring;
using Portolan.Proxy.RateLimits;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Traffic;
using Portolan.Proxy.Transforms;
using Portolan.Proxy.Versions;

namespace Portolan.Proxy.Configuration;

/// <summary>
/// Requests that go one way: on to one <see cref="Service"/>, divided between several (<see cref="Split"/>, <see cref="Strangler"/>),
/// or answered with what several say (<see cref="Compose"/>). Exactly one of these is set.
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
        get => name ?? Matching;
        init => name = value;
    }

    /// <summary>Which paths: literal segments, <c>{name}</c> for any one segment, <c>{**rest}</c> last for all that remains.</summary>
    public required string Path { get; init; }

    /// <summary>Which methods; empty means all. GET includes HEAD.</summary>
    public ConfigList<string> Methods { get; init; } = [];

    /// <summary>Which hosts, without port: <c>shop.example</c>, or <c>*.shop.example</c> for all below it; empty means all.</summary>
    public ConfigList<string> Hosts { get; init; } = [];

    /// <summary>Headers that the request must have, all of them.</summary>
    public ConfigList<ValueCondition> Headers { get; init; } = [];

    /// <summary>Parameters that the request's query must have, all of them.</summary>
    public ConfigList<ValueCondition> Query { get; init; } = [];

    /// <summary>The feature flag that must be on for the request; null: none.</summary>
    public string? Flag { get; init; }

    /// <summary>Name of the service that answers; null where another key says where the request goes.</summary>
    public string? Service { get; init; }

    /// <summary>Path sent to the service, of literals and the values of <see cref="Path"/>; null sends the path as it came.</summary>
    public string? Rewrite { get; init; }

    /// <summary>How long an attempt may take until the answer begins; null: as its service says.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Attempts that a request may make which can be repeated, 1 to 10; null: as its service says.</summary>
    public int? Attempts { get; init; }

    /// <summary>The parts of a composed answer, in the order they are shown; null for a forwarded route.</summary>
    public ConfigList<PartConfig>? Compose { get; init; }

    /// <summary>Where it takes more or less of a client than the gateway does; null: nowhere.</summary>
    public RouteLimitsConfig? Limits { get; init; }

    /// <summary>What goes wrong on purpose; null: nothing.</summary>
    public ConfigList<FaultConfig>? Faults { get; init; }

    /// <summary>How many requests it lets through; all of the limits must agree. Null: all.</summary>
    public ConfigList<RateLimitConfig>? RateLimit { get; init; }

    /// <summary>Which pages of other origins may use it; null: what the service says.</summary>
    public CorsConfig? Cors { get; init; }

    /// <summary>The versions it has, and how requests say which one they mean. Null: there is only one.</summary>
    public VersioningConfig? Version { get; init; }

    /// <summary>How a client stays with one instance; null: each request goes where it is best.</summary>
    public AffinityConfig? Affinity { get; init; }

    /// <summary>Lets its answers be kept and given again. Null: each request goes to the service.</summary>
    public CacheConfig? Cache { get; init; }

    /// <summary>Which of its answers are compressed; null: those that services compress.</summary>
    public CompressionConfig? Compression { get; init; }

    /// <summary>What it changes in requests; null: nothing.</summary>
    public RequestTransformConfig? Request { get; init; }

    /// <summary>What it changes in answers; null: nothing.</summary>
    public ResponseTransformConfig? Response { get; init; }

    /// <summary>Sends copies of its requests to another service. Null: none.</summary>
    public MirrorConfig? Mirror { get; init; }

    /// <summary>The services that its requests are divided between; null where they are not.</summary>
    public SplitConfig? Split { get; init; }

    /// <summary>The old system and the service that takes over from it; null where nothing moves.</summary>
    public StranglerConfig? Strangler { get; init; }

    /// <summary>
    /// True: the request says itself which service it is for, by its <c>Host</c> or the first segment of its path. Only where
    /// callers are trusted to: the way out of a sidecar.
    /// </summary>
    public bool ByName { get; init; }

    /// <summary>What divides its requests, under whichever name.</summary>
    internal SplitConfig? Splitting => Split ?? Strangler?.ToSplit();

    /// <summary>Every service that it may go to.</summary>
    internal IEnumerable<string> Services => Compose is { } parts ? parts.SelectMany(part => new[] { part.Service, part.Alternative }).OfType<string>()
        : Version is { } several ? several.Versions.Select(version => version.Service ?? Service).OfType<string>()
        : Splitting is { } split ? split.Variants.Select(variant => variant.Service)
        : Service is null ? [] : [Service];

    /// <summary>False when the name is the default.</summary>
    internal bool IsNamed => name is not null;

    /// <summary>What it matches, in one line.</summary>
    internal string Matching
    {
        get
        {
            var methods = Methods.Count == 0 ? "" : string.Join(',', Methods) + " ";
            var conditions = string.Join(", ", Headers.Select(header => header.ToString()).Concat(Query.Select(parameter => "?" + parameter)).Concat(Flag is null ? [] : ["flag " + Flag]));
            return $"{methods}{string.Join(',', Hosts)}{Path}{(conditions.Length > 0 ? $" [{conditions}]" : "")}";
        }
    }
}
