using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portolan.Discovery.Http;
using Portolan.Observability.Correlation;
using Portolan.Observability.Health;
using Portolan.Observability.Metrics;
using Portolan.Observability.Problems;
using Portolan.Proxy.AccessLogs;
using Portolan.Proxy.Affinity;
using Portolan.Proxy.Aggregation;
using Portolan.Proxy.Caching.Filling;
using Portolan.Proxy.Caching.Storage;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Forwarding;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Operator;
using Portolan.Proxy.Pages;
using Portolan.Proxy.Reload;
using Portolan.Proxy.Runtime;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Tunnels;
using Portolan.Proxy.Upstreams;
using Portolan.Proxy.Upstreams.Connecting;
using Portolan.Proxy.Upstreams.Http1;
using Portolan.Resilience.FaultInjection;
using Portolan.Resilience.Http;
using Portolan.Resilience.Operator;

namespace Portolan.Proxy;

/// <summary>Makes a web application a gateway.</summary>
public static class GatewayExtensions
{
    /// <summary>Registers the gateway. Needs discovery (<c>AddDiscovery</c>), and <see cref="UseGateway"/> on the application.</summary>
    /// <exception cref="GatewayConfigException">Everything that is wrong with the configuration.</exception>
    public static IServiceCollection AddGateway(this IServiceCollection services, GatewayConfig config) => services.AddGateway(new GatewayFile(config, null, ""), "");

    private static IServiceCollection AddGateway(this IServiceCollection services, GatewayFile file, string folder)
    {
        var config = file.Config;
        if (config.Validate() is { Count: > 0 } errors)
        {
            throw new GatewayConfigException(errors);
        }

        // Kestrel takes a bare line feed for the end of a line otherwise, and other servers do not: a way to smuggle requests.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", true);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            GatewayKestrel.Configure(kestrel);
            ServerLimits.Apply(kestrel.Limits, config.Limits);
        });
        services.AddHealth();
        services.AddPrometheus();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(file);
        services.AddSingleton(config);
        services.AddSingleton(new UpstreamTls(config.Trust is { } trust ? Path.Combine(folder, trust) : null));
        services.AddSingleton(provider => new MessageTransport(config.ConnectTimeout, provider.GetRequiredService<UpstreamTls>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new Http1Transport(config.ConnectTimeout, provider.GetRequiredService<UpstreamTls>(), provider.GetRequiredService<TimeProvider>()));
        services.AddBreakers();
        services.AddFaultInjection(new FaultOptions { AllowInProduction = config.FaultInjection });
        services.AddSingleton<ResilienceLog>();
        services.AddSingleton<TunnelSet>();
        services.AddSingleton<UpstreamClient>();
        services.AddSingleton<Forwarder>();
        services.AddSingleton<PartFetcher>();
        services.AddSingleton<InstanceTokens>();
        services.AddSingleton<CacheStore>();
        services.AddSingleton<Flights>();
        services.AddSingleton<AccessLog>();
        services.AddSingleton<RouteChain>();
        services.AddSingleton<GatewayRuntime>();
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddSingleton<GatewayPipeline>();
        services.AddSingleton<HomePage>();
        services.AddSingleton<SystemHealth>();
        return services;
    }

    /// <summary>
    /// Registers the gateway that a file describes, and puts the file in force again whenever it changes: without dropping a
    /// request, and not at all while it has errors.
    /// </summary>
    /// <param name="services">Where it is registered.</param>
    /// <param name="path">A gateway's own file, or a system's with a section <c>gateway</c>.</param>
    /// <exception cref="GatewayConfigException">Everything that is wrong with the file, each with line and column.</exception>
    public static IServiceCollection AddGatewayFile(this IServiceCollection services, string path)
    {
        var problems = new YamlProblems(path);
        var file = GatewayFile.Parse(File.ReadAllText(path), problems) ?? throw new GatewayConfigException(problems.Errors);
        return services.AddGatewayFile(path, file);
    }

    /// <summary>The same of a file that has been read.</summary>
    internal static IServiceCollection AddGatewayFile(this IServiceCollection services, string path, GatewayFile file)
    {
        services.AddGateway(file, Path.GetDirectoryName(Path.GetFullPath(path))!);
        services.AddSingleton(new WatchedFile(path, file));
        services.AddSingleton<ConfigWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<ConfigWatch>());
        return services;
    }

    /// <summary>Lets the application answer as the gateway, with its own health and home page beside the routes.</summary>
    public static WebApplication UseGateway(this WebApplication app)
    {
        var services = app.Services;

        // The gateway's own addresses, few and fixed, come before the routes; validation keeps routes off them.
        app.UseProxy(context => context.GetEndpoint() is not null);
        app.MapHealth();
        app.MapPrometheus();
        app.MapBreakers();
        app.MapFaults();
        app.MapCache();
        app.MapMirrors();
        app.MapSplits();
        app.MapFlags();
        app.MapGatewayConfig();
        app.MapGet("/health/system", (RequestDelegate)services.GetRequiredService<SystemHealth>().HandleAsync);
        return app;
    }

    /// <summary>Sends everything through the routes but what is the application's own.</summary>
    internal static void UseProxy(this WebApplication app, Func<HttpContext, bool> isOwn)
    {
        var runtime = app.Services.GetRequiredService<GatewayRuntime>();
        var pipeline = app.Services.GetRequiredService<GatewayPipeline>().Build();

        // First: whatever fails behind it is logged and answered with the ids of the request.
        app.UseCorrelation(runtime.Correlation);

        // Around all that answers, so that it sees problems too.
        var access = app.Services.GetRequiredService<AccessLog>();
        app.Use(next => context => runtime.Current.Config.AccessLog is { } log && !isOwn(context)
            ? access.RunAsync(context, log, next)
            : next(context));

        // Second: whatever fails behind it becomes problem details.
        app.UseProblems();

        // Third: a client that says how long it waits gets its answer by then. Inside of the second, which takes a cancelled
        // request for a client that has left.
        app.UseDeadlines();

        // What is found only after the path was made plain is not the application's own: nobody in front of it could have known.
        app.Use(next => context => isOwn(context) && GatewaySteps.IsPlain(context) ? next(context) : pipeline(context));
    }
}
