using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portolan.Discovery.Http;
using Portolan.Observability.Correlation;
using Portolan.Observability.Health;
using Portolan.Observability.Problems;
using Portolan.Proxy.Affinity;
using Portolan.Proxy.Aggregation;
using Portolan.Proxy.Caching.Filling;
using Portolan.Proxy.Caching.Storage;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Forwarding;
using Portolan.Proxy.Operator;
using Portolan.Proxy.Pages;
using Portolan.Proxy.Runtime;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Tunnels;
using Portolan.Proxy.Upstreams;
using Portolan.Proxy.Upstreams.Http1;
using Portolan.Resilience.Http;
using Portolan.Resilience.Operator;

namespace Portolan.Proxy;

/// <summary>Makes a web application a gateway.</summary>
public static class GatewayExtensions
{
    /// <summary>Registers the gateway. Needs discovery (<c>AddDiscovery</c>), and <see cref="UseGateway"/> on the application.</summary>
    /// <exception cref="GatewayConfigException">Everything that is wrong with the configuration.</exception>
    public static IServiceCollection AddGateway(this IServiceCollection services, GatewayConfig config)
    {
        if (config.Validate() is { Count: > 0 } errors)
        {
            throw new GatewayConfigException(errors);
        }

        // Kestrel takes a bare line feed for the end of a line otherwise, and other servers do not: a way to smuggle requests.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        services.Configure<KestrelServerOptions>(GatewayKestrel.Configure);
        services.AddHealth();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(config);
        services.AddSingleton(provider => new MessageTransport(config.ConnectTimeout, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new Http1Transport(config.ConnectTimeout, provider.GetRequiredService<TimeProvider>()));
        services.AddBreakers();
        services.AddSingleton<ResilienceLog>();
        services.AddSingleton<TunnelSet>();
        services.AddSingleton<UpstreamClient>();
        services.AddSingleton<Forwarder>();
        services.AddSingleton<PartFetcher>();
        services.AddSingleton<InstanceTokens>();
        services.AddSingleton(new CacheStore { Limit = config.CacheSize });
        services.AddSingleton<Flights>();
        services.AddSingleton<RouteChain>();
        services.AddSingleton<GatewayRuntime>();
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddSingleton<GatewayPipeline>();
        services.AddSingleton<HomePage>();
        services.AddSingleton<SystemHealth>();
        return services;
    }

    /// <summary>Lets the application answer as the gateway, with its own health and home page beside the routes.</summary>
    public static WebApplication UseGateway(this WebApplication app)
    {
        var services = app.Services;

        // The gateway's own addresses, few and fixed, come before the routes; validation keeps routes off them.
        app.UseProxy(context => context.GetEndpoint() is not null);
        app.MapHealth();
        app.MapBreakers();
        app.MapCache();
        app.MapSplits();
        app.MapGet("/health/system", (RequestDelegate)services.GetRequiredService<SystemHealth>().HandleAsync);
        app.MapGet("/", (RequestDelegate)services.GetRequiredService<HomePage>().HandleAsync);
        return app;
    }

    /// <summary>Sends everything through the routes but what is the application's own.</summary>
    internal static void UseProxy(this WebApplication app, Func<HttpContext, bool> isOwn)
    {
        var config = app.Services.GetRequiredService<GatewayConfig>();
        var pipeline = app.Services.GetRequiredService<GatewayPipeline>().Build();

        // First: whatever fails behind it is logged and answered with the ids of the request.
        app.UseCorrelation(new CorrelationOptions { AcceptFromCaller = config.AcceptCorrelation });

        // Second: whatever fails behind it becomes problem details.
        app.UseProblems();

        // Third: a client that says how long it waits gets its answer by then. Inside of the second, which takes a cancelled
        // request for a client that has left.
        app.UseDeadlines();

        app.Use(next => context => isOwn(context) ? next(context) : pipeline(context));
    }
}
