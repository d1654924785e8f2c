using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using Portolan.Discovery.Http;
using Portolan.Discovery.Registration;
using Portolan.Discovery.Registry;
using Portolan.Resilience.Breakers;
using Portolan.Resilience.Operator;

namespace Portolan.Discovery;

/// <summary>Wires discovery into a service.</summary>
public static class DiscoveryExtensions
{
    /// <summary>Adds the <see cref="ServiceDirectory"/>.</summary>
    public static IServiceCollection AddDiscovery(this IServiceCollection services, Action<DiscoveryOptions>? configure = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Random>(Random.Shared);
        services.AddOptions<DiscoveryOptions>().Configure(options => configure?.Invoke(options)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DiscoveryOptions>, DiscoveryOptionsValidation>());
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<DiscoveryOptions>>().Value);
        services.TryAddSingleton<RegistryClient>();
        services.TryAddSingleton<RegistryContact>();
        services.TryAddSingleton(provider => new ServiceDirectory(
            provider.GetRequiredService<DiscoveryOptions>(),
            provider.GetRequiredService<RegistryClient>(),
            provider.GetRequiredService<RegistryContact>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>Registers this process when it is ready, keeps its lease, and deregisters it as the first thing on stopping. Needs <see cref="AddDiscovery"/>.</summary>
    public static IServiceCollection AddServiceRegistration(this IServiceCollection services, Action<RegistrationOptions> configure)
    {
        services.AddOptions<RegistrationOptions>().Configure(configure).ValidateOnStart().Validate(
            options => ServiceAddress.IsName(options.Service),
            "A service's name has 1 to 63 of a-z, 0-9 and '-', and neither begins nor ends with '-'.");
        services.TryAddSingleton(provider => provider.GetRequiredService<IOptions<RegistrationOptions>>().Value);
        return services.AddHostedService<RegistrationService>();
    }

    /// <summary>
    /// Lets every <see cref="HttpClient"/> of the factory reach services by name: <c>http://inventory/…</c>. A client that is
    /// itself named like a service gets that as its base address. Each call goes through the service's pipeline: total time-out,
    /// retry, choice of an instance, the instance's circuit breaker, attempt time-out. Needs <see cref="AddDiscovery"/>.
    /// </summary>
    public static IServiceCollection AddServiceHttpClients(this IServiceCollection services)
    {
        services.AddBreakers();
        services.TryAddSingleton<ResilienceLog>();
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<DiscoveryOptions>();
            return ServiceClients.OfMessages(
                provider.GetRequiredService<ServiceDirectory>(),
                provider.GetRequiredService<CircuitBreakers>(),
                options.ClientOf,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<Random>(),
                provider.GetRequiredService<ResilienceLog>().Write);
        });
        services.TryAddTransient<ServiceHandler>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<HttpClientFactoryOptions>, ServiceClientDefaults>());
        return services.ConfigureHttpClientDefaults(client => client
            .ConfigureHttpClient(defaults => defaults.Timeout = ServiceClientDefaults.Timeout)
            .UseSocketsHttpHandler((handler, _) => ServiceClientDefaults.Apply(handler))
            .AddHttpMessageHandler<ServiceHandler>());
    }
}
