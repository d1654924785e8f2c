using Portolan.Proxy.AccessLogs;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Flags;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Configuration;

/// <summary>Everything a gateway does, as one immutable value.</summary>
public sealed record GatewayConfig
{
    /// <summary>Where requests go. Their order does not matter: a literal segment beats a parameter, that beats a catch-all.</summary>
    public ConfigList<RouteConfig> Routes { get; init; } = [];

    /// <summary>How services are reached, where that differs from the defaults.</summary>
    public ConfigList<UpstreamConfig> Services { get; init; } = [];

    /// <summary>The feature flags that it decides for each request, and tells services in <c>X-Feature-Flags</c>.</summary>
    public ConfigList<FlagConfig> Flags { get; init; } = [];

    /// <summary>How much it takes of a client, and how slow one may be.</summary>
    public LimitsConfig Limits { get; init; } = new();

    /// <summary>How long a service may take until its answer begins, and be silent within its answer. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection to an instance may take. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A file in PEM with authorities whose certificates services may show, besides those that the system trusts. Read when the
    /// gateway starts. Null: none.
    /// </summary>
    public string? Trust { get; init; }

    /// <summary>
    /// How many proxies of one's own stand between clients and the gateway. Of so many it believes what they say of the client
    /// (<c>X-Forwarded-For</c>, <c>X-Forwarded-Proto</c>). Default 0: whoever connects is the client.
    /// </summary>
    public int TrustedHops { get; init; }

    /// <summary>Which requests are logged; null: none.</summary>
    public AccessLogConfig? AccessLog { get; init; }

    /// <summary>What clients are told of the instance that answered. Default: all of it.</summary>
    public BackendFacts Expose { get; init; } = BackendFacts.All;

    /// <summary>Bytes of memory that the stored answers of all routes may take. Default 64 MiB.</summary>
    public long CacheSize { get; init; } = 64 * 1024 * 1024;

    /// <summary>True: operators may inject faults in the environment named Production too. Fixed when the gateway starts. Default: they may not.</summary>
    public bool FaultInjection { get; init; }

    /// <summary>True (default): well-formed correlation ids of clients are continued. False: each request gets new ones.</summary>
    public bool AcceptCorrelation { get; init; } = true;

    /// <summary>True in a sidecar, whose callers are trusted: to say which flags are on, and what is a copy.</summary>
    internal bool TrustsCallers { get; init; }

    /// <summary>What a composed answer may take: less than all, so that time remains to tell the client what could not be had.</summary>
    internal TimeSpan CompositionTime => Timeout * 0.85;

    /// <summary>Services that routes name and that have no <c>addresses</c> here: only a registry can say where they are.</summary>
    internal IReadOnlyList<string> Unplaced => [.. Routes.SelectMany(route => route.Mirror is { } mirror ? route.Services.Append(mirror.Service) : route.Services)
        .Distinct(StringComparer.OrdinalIgnoreCase)
        .Where(name => !Services.Any(service => service.Addresses.Count > 0 && service.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))];

    /// <summary>All that is wrong with it; empty when a gateway can be made of it.</summary>
    public IReadOnlyList<ConfigError> Validate() => GatewayConfigValidator.Validate(this);
}
