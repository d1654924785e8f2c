using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Portolan.Resilience.FaultInjection;

/// <summary>Registers the process's faults.</summary>
public static class FaultServices
{
    /// <summary>Adds the one <see cref="Faults"/> of the process, on the <see cref="TimeProvider"/> of the services where there is one.</summary>
    public static IServiceCollection AddFaultInjection(this IServiceCollection services, FaultOptions? options = null)
    {
        services.TryAddSingleton(options ?? new FaultOptions());
        services.TryAddSingleton(provider => new Faults(provider.GetService<TimeProvider>() ?? TimeProvider.System, Random.Shared));
        return services;
    }
}
