using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Observability.Health;
using Portolan.Registry.Catalogue;

namespace Portolan.ControlPlane.Health;

/// <summary><c>GET /health/system</c>: every service as the registry sees it.</summary>
internal sealed class SystemHealth(ServiceCatalogue catalogue, TimeProvider clock)
{
    public Task AnswerAsync(HttpContext context)
    {
        var services = catalogue.Services().Select(ServiceHealth.Of).ToList();
        var status = Overall(services);
        return JsonAnswer.WriteAsync(context, status == HealthStatus.Down ? 503 : 200, json => Write(json, status, services));
    }

    // One service down is a system that still does something.
    private static HealthStatus Overall(List<ServiceHealth> services) =>
        services.TrueForAll(service => service.Status == HealthStatus.Up) ? HealthStatus.Up
        : services.TrueForAll(service => service.Status == HealthStatus.Down) ? HealthStatus.Down
        : HealthStatus.Degraded;

    private void Write(Utf8JsonWriter json, HealthStatus status, List<ServiceHealth> services)
    {
        json.WriteString("status", ServiceHealth.Word(status));
        json.WriteString("timestamp", clock.GetUtcNow().UtcDateTime);
        json.WriteStartObject("services");
        foreach (var service in services)
        {
            service.Write(json);
        }

        json.WriteEndObject();
    }
}
