using Microsoft.Extensions.DependencyInjection;
using Portolan.Discovery;
using Portolan.Observability.Health;

namespace Portolan.Hosting.Startup;

/// <summary>Registers the service under its name, and lets it reach others by theirs.</summary>
internal static class ServiceDiscovery
{
    public static IServiceCollection AddDiscoveryOf(this IServiceCollection services, ServiceIdentity identity, PortolanOptions options) => services
        .AddDiscovery(discovery =>
        {
            discovery.Server = new Uri(options.Server);
            discovery.Heartbeat = options.Heartbeat;
            foreach (var (name, addresses) in options.Services)
            {
                discovery.Services[name] = addresses;
            }

            discovery.DefaultClient = options.DefaultClient;
            foreach (var (name, client) in options.Clients)
            {
                discovery.Clients[name] = client;
            }
        })
        .AddServiceHttpClients()
        .AddServiceRegistration(registration =>
        {
            registration.Service = identity.Name;
            registration.InstanceId = options.InstanceId;
            registration.Status = ReadStatusAsync;
            foreach (var (name, value) in options.Metadata)
            {
                registration.Metadata[name] = value;
            }
        });

    private static async ValueTask<string> ReadStatusAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var health = services.GetRequiredService<HealthRegistry>();
        if ((await health.RunAsync(HealthScope.Startup)).Status == HealthStatus.Down)
        {
            return "starting";
        }

        return (await health.RunAsync(HealthScope.Readiness)).Status switch
        {
            HealthStatus.Up => "healthy",
            HealthStatus.Degraded => "degraded",
            _ => "unhealthy",
        };
    }
}
