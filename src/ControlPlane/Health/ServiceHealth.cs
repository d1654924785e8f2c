using System.Text.Json;
using Portolan.Observability.Health;
using Portolan.Registry.Catalogue;

namespace Portolan.ControlPlane.Health;

internal sealed record ServiceHealth(string Name, HealthStatus Status, int Healthy, int Total, string? Message)
{
    public static ServiceHealth Of(ServiceState state)
    {
        var (healthy, total) = (state.HealthyCount, state.Instances.Count);
        var degraded = state.Instances.Values.Count(registered => registered.Instance.Status == InstanceStatus.Degraded);
        return (healthy, total) switch
        {
            (_, 0) => new(state.Name, HealthStatus.Down, 0, 0, $"No instance; the last one left at {state.EmptySince:yyyy-MM-ddTHH:mm:ssZ}"),
            (0, _) => new(state.Name, HealthStatus.Down, 0, total, "No instance is healthy"),
            _ when healthy < total => new(state.Name, HealthStatus.Degraded, healthy, total, $"{Count(total - healthy)} unhealthy"),
            _ when degraded > 0 => new(state.Name, HealthStatus.Degraded, healthy, total, $"{Count(degraded)} degraded"),
            _ => new(state.Name, HealthStatus.Up, healthy, total, null),
        };
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject(Name);
        json.WriteString("status", Word(Status));
        json.WriteStartObject("instances");
        json.WriteNumber("healthy", Healthy);
        json.WriteNumber("total", Total);
        json.WriteEndObject();
        if (Message is not null)
        {
            json.WriteString("message", Message);
        }

        json.WriteEndObject();
    }

    public static string Word(HealthStatus status) => status.ToString().ToUpperInvariant();

    private static string Count(int instances) => instances == 1 ? "One instance" : $"{instances} instances";
}
