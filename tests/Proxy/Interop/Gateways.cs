using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Interop;

/// <summary>Gateways for peers that send a lot.</summary>
internal static class Gateways
{
    /// <summary>In front of one service, speaking HTTP/2 without TLS where that is asked for.</summary>
    public static Task<Gateway> StartAsync(string address, bool http2 = false, UpstreamProtocol protocol = UpstreamProtocol.Http1) => Gateway.StartAsync(
        new GatewayConfig
        {
            Routes = [new RouteConfig { Path = "/{**rest}", Service = "backend" }],
            Services = [new UpstreamConfig { Name = "backend", Protocol = protocol }],
            Limits = new LimitsConfig { Body = 1024 * 1024 * 1024 },
        },
        options => options.Services["backend"] = [address],
        services => services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(endpoint =>
            endpoint.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1)));
}
