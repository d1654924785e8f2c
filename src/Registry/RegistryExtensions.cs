using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Portolan.Registry.Api;
using Portolan.Registry.Catalogue;

namespace Portolan.Registry;

/// <summary>Wires the registry into a server.</summary>
public static class RegistryExtensions
{
    /// <summary>Adds the catalogue. The server gives the <see cref="Core.Database.Store"/> it is kept in as a service.</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services, Action<RegistryOptions>? configure = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<RegistryOptions>().Configure(options => configure?.Invoke(options));
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<RegistryOptions>>().Value);
        services.TryAddSingleton<ServiceCatalogue>();
        services.TryAddSingleton<RegistryEndpoints>();
        return services.AddHostedService<LeaseSweeper>();
    }

    /// <summary>Maps the native API under <c>/v1/services</c>.</summary>
    public static IEndpointRouteBuilder MapRegistry(this IEndpointRouteBuilder routes)
    {
        var endpoints = routes.ServiceProvider.GetRequiredService<RegistryEndpoints>();
        routes.MapGet("/v1/services", RegistryEndpoints.Answer(endpoints.ListAsync));
        routes.MapGet("/v1/services/{name}", RegistryEndpoints.Answer(endpoints.GetAsync));
        routes.MapPut("/v1/services/{name}/instances/{id}", RegistryEndpoints.AnswerOperator(endpoints.PutAsync));
        routes.MapPut("/v1/services/{name}/instances/{id}/heartbeat", RegistryEndpoints.AnswerOperator(endpoints.HeartbeatAsync));
        routes.MapDelete("/v1/services/{name}/instances/{id}", RegistryEndpoints.AnswerOperator(endpoints.DeleteAsync));
        return routes;
    }
}
