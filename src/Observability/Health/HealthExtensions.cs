using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Portolan.Observability.Health;

/// <summary>Registration of the health endpoints.</summary>
public static class HealthExtensions
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Registers <see cref="HealthRegistry"/> and <see cref="Draining"/>.</summary>
    public static IServiceCollection AddHealth(this IServiceCollection services, Action<HealthOptions>? configure = null)
    {
        services.AddOptions<HealthOptions>();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Draining>();
        services.TryAddSingleton(provider => CreateRegistry(provider));
        return services;
    }

    /// <summary>Adds a check that the container makes, once something first asks for health.</summary>
    public static IServiceCollection AddHealthCheck(this IServiceCollection services, Func<IServiceProvider, HealthCheck> check) =>
        services.AddSingleton(check);

    /// <summary>Maps <c>/health</c> and what belongs to it.</summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var handlers = new HealthHandlers(
            services.GetRequiredService<HealthRegistry>(),
            services.GetRequiredService<IOptions<HealthOptions>>().Value,
            services.GetRequiredService<Draining>());
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(handlers.BeginDraining);

        Map(endpoints, handlers.HealthAsync, "/health", "/healthz", "/actuator/health");
        Map(endpoints, HealthHandlers.LiveAsync, "/health/live");
        Map(endpoints, handlers.ReadyAsync, "/health/ready", "/ready");
        Map(endpoints, handlers.StartupAsync, "/health/startup");
        return endpoints;
    }

    private static void Map(IEndpointRouteBuilder endpoints, RequestDelegate handler, params ReadOnlySpan<string> paths)
    {
        foreach (var path in paths)
        {
            endpoints.MapMethods(path, Methods, handler);
        }
    }

    private static HealthRegistry CreateRegistry(IServiceProvider provider)
    {
        var registry = new HealthRegistry(
            provider.GetRequiredService<IOptions<HealthOptions>>().Value, provider.GetRequiredService<TimeProvider>());
        foreach (var check in provider.GetServices<HealthCheck>())
        {
            registry.Add(check);
        }

        return registry;
    }
}
