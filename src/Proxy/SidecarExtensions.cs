using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portolan.Discovery;
using Portolan.Observability.Health;
using Portolan.Observability.Metrics;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Sidecar;
using Portolan.Resilience.Operator;

namespace Portolan.Proxy;

/// <summary>
/// Makes web applications the two sides of a sidecar. Both are gateways: inbound one with a single route, to the application;
/// outbound one with a route to whatever service is named.
/// </summary>
internal static class SidecarExtensions
{
    /// <summary>What the sidecar answers itself on the way in; all else is the application's.</summary>
    private static readonly string[] Own = ["/health", "/health/live", "/health/ready", "/health/startup", "/portolan/breakers"];

    // What is too large or too slow is decided at the edge and by the application, not between them.
    private static readonly LimitsConfig Lenient = new() { Body = long.MaxValue, Uri = 32 * 1024, Headers = 128 * 1024, HeaderCount = 1000, BodyRate = 0, AnswerRate = 0 };

    /// <summary>Registers the way in. It knows the application alone, under the service's name: a registry could name others.</summary>
    public static void AddInbound(this IServiceCollection services, string service, AppAddress app, AppHealth health)
    {
        services.AddDiscovery(discovery => discovery.Services[service] = [app.ToString()]);
        services.AddHealthCheck(_ => new HealthCheck("application", health.LookAsync) { Scope = HealthScope.All });
        services.AddGateway(new GatewayConfig
        {
            Routes = [new RouteConfig { Path = "/{**rest}", Service = service }],
            Limits = Lenient,                   // the application has limits of its own
            TrustsCallers = true,
            TrustedHops = 1,                    // callers are gateways and other sidecars, which tell whom they call for
        });
    }

    /// <summary>Lets an application answer as the way in.</summary>
    public static void UseInbound(this WebApplication app)
    {
        app.UseProxy(context => context.GetEndpoint() is not null && Own.Contains(context.Request.Path.Value));
        app.MapHealth();
        app.MapBreakers();
    }

    /// <summary>Registers the way out. Needs discovery.</summary>
    public static void AddOutbound(this IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<DistributedContextPropagator, B3Propagator>());
        services.AddGateway(new GatewayConfig
        {
            Routes = [new RouteConfig { Path = "/{**rest}", ByName = true }],
            Services = [new UpstreamConfig { Name = UpstreamConfig.All, Attempts = 3 }],
            Limits = Lenient,
            TrustsCallers = true,
        });
    }

    /// <summary>Lets an application answer as the way out.</summary>
    public static void UseOutbound(this WebApplication app)
    {
        // Before anything reads a trace or a deadline.
        app.Use(next => context =>
        {
            MeshHeaders.Translate(context.Request.Headers);
            return next(context);
        });

        // A service that is named by Host has all its paths, those of the sidecar too.
        app.UseProxy(context => context.GetEndpoint() is not null && OutboundName.OfHost(context.Request.Host) is null);
        app.MapHealth();
        app.MapPrometheus(); // of the whole process, the way in too
        app.MapBreakers();
    }
}
