using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portolan.ControlPlane.Health;
using Portolan.ControlPlane.Home;
using Portolan.ControlPlane.Operators;
using Portolan.Observability.Health;
using Portolan.Observability.Metrics;
using Portolan.Registry;

namespace Portolan.ControlPlane;

/// <summary>Wires the control plane into a server.</summary>
public static class ControlPlaneExtensions
{
    /// <summary>Adds everything the server does. The process gives the <see cref="Core.Database.Store"/> its state is kept in as a service.</summary>
    public static IServiceCollection AddControlPlane(this IServiceCollection services, Action<RegistryOptions>? configure = null)
    {
        services.AddRegistry(configure);
        services.TryAddSingleton<SystemHealth>();
        services.AddPrometheus();
        services.AddHealth().AddHealthCheck(StoreCheck.Create);
        services.TryAddSingleton<OperatorSurface>();
        services.TryAddSingleton<OperatorEndpoints>();
        services.TryAddSingleton<BreakerEndpoints>();
        services.TryAddSingleton<HomePage>();
        return services;
    }

    /// <summary>Maps the server's whole HTTP surface.</summary>
    public static IEndpointRouteBuilder MapControlPlane(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var operators = services.GetRequiredService<OperatorEndpoints>();

        routes.MapRegistry();
        routes.MapGet("/", (RequestDelegate)services.GetRequiredService<HomePage>().AnswerAsync);

        routes.MapHealth();
        routes.MapPrometheus();
        routes.MapGet("/health/system", (RequestDelegate)services.GetRequiredService<SystemHealth>().AnswerAsync);

        routes.MapGet("/v1/sagas", JsonAnswer.ForOperators(operators.SagasAsync));
        routes.MapGet("/v1/sagas/{id}", JsonAnswer.ForOperators(operators.SagaAsync));
        routes.MapGet("/v1/dead-letters", JsonAnswer.ForOperators(operators.DeadLettersAsync));
        routes.MapGet("/v1/dead-letters/{id}", JsonAnswer.ForOperators(operators.DeadLetterAsync));
        routes.MapPost("/v1/dead-letters/{id}/redrive", JsonAnswer.ForOperators(operators.RedriveAsync));
        routes.MapPost("/v1/sagas/{id}/retry", JsonAnswer.ForOperators(operators.RetrySagaAsync));
        routes.MapPost("/v1/sagas/{id}/skip", JsonAnswer.ForOperators(operators.SkipSagaAsync));

        var breakers = services.GetRequiredService<BreakerEndpoints>();
        routes.MapGet("/v1/breakers", JsonAnswer.ForOperators(breakers.ListAsync));
        foreach (var action in new[] { "open", "close", "reset" })
        {
            routes.MapPost($"/v1/breakers/{{service}}/{{name}}/{action}", JsonAnswer.ForOperators(context => breakers.ChangeAsync(context, action)));
        }

        return routes;
    }
}
