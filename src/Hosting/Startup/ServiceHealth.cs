using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Database;
using Portolan.Messaging.Transport;
using Portolan.Observability.Health;
using Portolan.Observability.Metrics;

namespace Portolan.Hosting.Startup;

/// <summary>What a service's health is made of: its store, its bus, its disk; and what it measures.</summary>
internal static class ServiceHealth
{
    public static IServiceCollection AddServiceHealth(this IServiceCollection services, ServiceIdentity identity, PortolanOptions options) => services
        .AddPrometheus("Microsoft.AspNetCore.Hosting", "System.Net.Http")
        .AddHealth(health => health.DiskPath = Path.GetDirectoryName(StoreAndBus.StorePath(identity, options))!)
        .AddHealthCheck(provider => new HealthCheck("store", token => CheckStoreAsync(provider.GetRequiredService<Store>(), token)))
        .AddHealthCheck(provider => new HealthCheck("bus", _ => CheckBus(provider.GetRequiredService<ITransport>()))
        {
            Scope = HealthScope.Readiness | HealthScope.Startup,
        });

    private static async ValueTask<HealthResult> CheckStoreAsync(Store store, CancellationToken cancellationToken)
    {
        try
        {
            await store.FirstOrDefaultAsync($"select 1", row => row.GetInt32(0), cancellationToken);
            return HealthResult.Up;
        }
        catch (StoreException error)
        {
            return HealthResult.Down(error.Message);
        }
    }

    private static ValueTask<HealthResult> CheckBus(ITransport transport) => ValueTask.FromResult(
        !transport.IsCaughtUp ? HealthResult.Down("Receiving what was sent before this service started.")
        : transport.Complaint is { } complaint ? HealthResult.Degraded(complaint)
        : HealthResult.Up);
}
