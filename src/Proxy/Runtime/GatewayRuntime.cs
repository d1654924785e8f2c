using Portolan.Proxy.Configuration;
using Portolan.Proxy.Forwarding;
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
    private volatile GatewaySnapshot current;

    public GatewayRuntime(GatewayConfig config, RouteChain chain, UpstreamClient upstream)
    {
        (this.chain, this.upstream) = (chain, upstream);
        current = Build(config);
    }

    /// <summary>What is in force.</summary>
    public GatewaySnapshot Current => current;

    /// <summary>What its policies keep.</summary>
    public KeptState Kept => kept;

    /// <summary>Puts another configuration in force. With errors, all of them, nothing changes.</summary>
    public IReadOnlyList<ConfigError> Apply(GatewayConfig config)
    {
        if (config.Validate() is { Count: > 0 } errors)
        {
            return errors;
        }

        lock (gate)
        {
            current = Build(config);
        }

        return [];
    }

    private GatewaySnapshot Build(GatewayConfig config)
    {
        var snapshot = new GatewaySnapshot(config, new RouteTable(config.Routes.Select(route => chain.Build(route, config, kept))));
        kept.Settle();
        upstream.Configure(config);
        return snapshot;
    }
}
