using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Portolan.Observability.Correlation;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Flags;
using Portolan.Proxy.Forwarding;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Routing;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Runtime;

/// <summary>Holds the configuration that is in force, and replaces it whole: a request sees the old one or the new one.</summary>
internal sealed class GatewayRuntime
{
    private readonly Lock gate = new();
    private readonly KeptState kept = new();
    private readonly RouteChain chain;
    private readonly UpstreamClient upstream;
    private readonly KestrelServerLimits server;
    private readonly TimeProvider clock;
    private readonly Random random;
    private volatile GatewaySnapshot current;

    public GatewayRuntime(GatewayFile file, RouteChain chain, UpstreamClient upstream, IOptions<KestrelServerOptions> server, TimeProvider clock, Random random)
    {
        (this.chain, this.upstream, this.server, this.clock, this.random) = (chain, upstream, server.Value.Limits, clock, random);
        current = Build(file.Config, 1, "start", file.Text.Length > 0 ? file.Text : null);
    }

    /// <summary>What the edge believes of callers' ids, as the configuration in force has it.</summary>
    public CorrelationOptions Correlation { get; } = new();

    /// <summary>What is in force.</summary>
    public GatewaySnapshot Current => current;

    /// <summary>Why its file is not in force, as it stands there; null while it is, and where there is none.</summary>
    public string? FileProblem { get; set; }

    /// <summary>What its policies keep.</summary>
    public KeptState Kept => kept;

    /// <summary>Puts another configuration in force. With errors, all of them, nothing changes.</summary>
    /// <param name="config">To be put in force.</param>
    /// <param name="source">Where it comes from, in a word.</param>
    /// <param name="text">As it was written.</param>
    public IReadOnlyList<ConfigError> Apply(GatewayConfig config, string source = "operator", string? text = null)
    {
        if (config.Validate() is { Count: > 0 } errors)
        {
            return errors;
        }

        lock (gate)
        {
            current = Build(config, current.Origin.Version + 1, source, text);
        }

        return [];
    }

    private GatewaySnapshot Build(GatewayConfig config, int version, string source, string? text)
    {
        var routes = new RouteTable(chain.Build(config, kept));
        Flag[] flags = [.. config.Flags.Select(flag => kept.Get(flag.Name, flag, () => new Flag(flag, random)))];
        var snapshot = new GatewaySnapshot(config, routes, config.TrustsCallers ? null : new FlagSet(flags), new ConfigOrigin(version, clock.GetUtcNow(), source), text);
        kept.Settle();
        upstream.Configure(config);
        ServerLimits.Apply(server, config.Limits);
        Correlation.AcceptFromCaller = config.AcceptCorrelation;
        return snapshot;
    }
}
