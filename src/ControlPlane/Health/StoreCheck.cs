using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Database;
using Portolan.Observability.Health;

namespace Portolan.ControlPlane.Health;

/// <summary>Without its store the server takes no registration: it is down.</summary>
internal static class StoreCheck
{
    public static HealthCheck Create(IServiceProvider services)
    {
        var store = services.GetRequiredService<Store>();
        return new HealthCheck("store", async cancellationToken =>
        {
            await store.QueryAsync($"select 1", row => row.GetInt64(0), cancellationToken);
            return HealthResult.Up;
        });
    }
}
