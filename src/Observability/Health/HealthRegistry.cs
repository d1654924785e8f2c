using System.Collections.Immutable;

namespace Portolan.Observability.Health;

/// <summary>The checks of this process. Any room may add one, also while it runs.</summary>
public sealed class HealthRegistry
{
    private readonly HealthOptions options;
    private readonly TimeProvider clock;
    private ImmutableList<RunningCheck> checks = [];

    /// <summary>A registry whose checks run by <paramref name="clock"/>.</summary>
    public HealthRegistry(HealthOptions options, TimeProvider clock)
    {
        this.options = options;
        this.clock = clock;
        Add(DiskCheck.Create(options));
    }

    /// <summary>Adds a check; one of the same name is replaced.</summary>
    public void Add(HealthCheck check)
    {
        var running = new RunningCheck(check, options, clock);
        ImmutableInterlocked.Update(ref checks, (list, added) => list.RemoveAll(other => other.Check.Name == added.Check.Name).Add(added), running);
    }

    /// <summary>Runs at once all checks that answer any of <paramref name="scope"/>.</summary>
    public async Task<HealthReport> RunAsync(HealthScope scope)
    {
        var asked = checks.FindAll(check => (check.Check.Scope & scope) != 0);
        var results = await Task.WhenAll(asked.Select(check => check.RunAsync()));
        var components = new Dictionary<string, HealthResult>(results.Length);
        var status = HealthStatus.Up;
        for (var index = 0; index < results.Length; index++)
        {
            var check = asked[index].Check;
            components[check.Name] = results[index];
            status = Worse(status, Weigh(check, results[index].Status));
        }

        return new HealthReport(status, components);
    }

    private static HealthStatus Weigh(HealthCheck check, HealthStatus status) =>
        status == HealthStatus.Down && !check.Required ? HealthStatus.Degraded : status;

    private static HealthStatus Worse(HealthStatus one, HealthStatus other) => one > other ? one : other;
}
