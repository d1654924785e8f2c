using System.Text.Json;
using Portolan.Cli.Operator;
using Portolan.Cli.Processes;

namespace Portolan.Cli.Up;

/// <summary>
/// What the gateway knows of the services that were started. They register when they are ready, so it hears of them a moment
/// after <c>up</c> has seen them; a request that came in between would be refused.
/// </summary>
internal sealed class GatewayKnowledge(HealthProbe health, string address, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);

    /// <summary>Waits until it knows all of them. What it has not heard of by the end of its patience; empty when there is nothing.</summary>
    /// <param name="started">How many instances each service has.</param>
    /// <param name="patience">Ten seconds at most: a service need not register at all.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    public async Task<string?> WaitAsync(IReadOnlyDictionary<string, int> started, TimeSpan patience, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        patience = patience < Longest ? patience : Longest;
        while (true)
        {
            var known = await health.SystemAsync(address, patience, cancellationToken);
            var missing = known is null ? "any of them" : Missing(known, started);
            if (missing.Length == 0)
            {
                return null;
            }

            if (time.GetElapsedTime(begun) >= patience)
            {
                return $"The gateway has not heard of {missing} within {patience.TotalSeconds:0} s; requests to what has not registered are refused.";
            }

            await Task.Delay(Step, time, cancellationToken);
        }
    }

    // It names those of its routes, and whoever has registered. Others it does not need.
    private static string Missing(string body, IReadOnlyDictionary<string, int> started)
    {
        using var document = JsonDocument.Parse(body);
        var services = document.RootElement.Field("services");
        return string.Join(", ", started
            .Select(service => (service.Key, service.Value, Healthy: HealthyOf(services?.Field(service.Key))))
            .Where(service => service.Healthy < service.Value)
            .Select(service => $"{service.Key} ({service.Healthy} of {service.Value})"));
    }

    private static int? HealthyOf(JsonElement? service) =>
        service?.Field("instances")?.Field("healthy") is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;
}
