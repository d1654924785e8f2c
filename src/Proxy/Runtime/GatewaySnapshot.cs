using Portolan.Proxy.Configuration;
using Portolan.Proxy.Routing;

namespace Portolan.Proxy.Runtime;

/// <summary>A configuration made ready: a request takes the one that is current when it comes, and keeps it to its end.</summary>
/// <param name="Config">What it was made of.</param>
/// <param name="Routes">Its routes, ready to be matched.</param>
internal sealed record GatewaySnapshot(GatewayConfig Config, RouteTable Routes);
