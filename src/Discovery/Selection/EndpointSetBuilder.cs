using Portolan.Discovery.Selection.Policies;
using Portolan.Discovery.Selection.Zones;
using Portolan.Resilience;

namespace Portolan.Discovery.Selection;

/// <summary>Decides who of all endpoints gets calls, and prepares the choice among them.</summary>
internal sealed class EndpointSetBuilder(SelectionOptions options, PipelineScope scope, TotalLoad load)
{
    private readonly SlowStart slowStart = new(options, scope);
    private readonly long farBack = scope.Timestamps(options.Ejection.LongestTime);

    /// <summary>Timestamps of a slow start.</summary>
    public long SlowStartWindow => slowStart.Window;

    public EndpointSet Empty() => new(options, slowStart, scope.Random, [], []);

    /// <param name="previous">Its tables are taken over when they would be the same again.</param>
    /// <param name="changed">True when the weight or zone of an endpoint is another.</param>
    /// <param name="all">All endpoints.</param>
    /// <param name="snapshot">What the registry says.</param>
    /// <param name="callers">What it says of this process's own service.</param>
    /// <param name="now">The clock's timestamp.</param>
    public EndpointSet Build(EndpointSet previous, bool changed, Endpoint[] all, ServiceSnapshot? snapshot, ServiceSnapshot? callers, long now)
    {
        var (eligible, panic) = Choose(all);
        var zoned = options.Zone is not null && !panic && all.Length >= options.ZoneMinimum && !LoadBalancing.IsByKey(options.Policy);
        var same = !changed && panic == previous.Panic && ReferenceEquals(callers, previous.Callers) && eligible.SequenceEqual(previous.Eligible);
        var spread = same ? previous.Spread : zoned ? ZoneSpread.Of(options.Zone!, eligible, callers, Balance, scope.Random) : null;
        return new EndpointSet(options, slowStart, scope.Random, all, eligible)
        {
            Panic = panic,
            Snapshot = snapshot,
            Callers = callers,
            Spread = spread,
            Whole = same ? previous.Whole : spread is null && eligible.Length > 0 ? Balance(eligible) : null,
            Since = now - farBack,
            Lasts = (ulong)(NextReturn(all) - (now - farBack)),
            SlowUntil = eligible.Select(endpoint => endpoint.AvailableSince + slowStart.Window).DefaultIfEmpty(long.MinValue).Max(),
        };
    }

    private Balancer Balance(Endpoint[] endpoints) => Balancer.Of(options, endpoints, scope.Random, load);

    private (Endpoint[] Eligible, bool Panic) Choose(Endpoint[] all)
    {
        var callable = all.Where(endpoint => !endpoint.Starting).ToArray();
        var weighing = callable.Where(endpoint => endpoint.Weight > 0).ToArray();
        callable = weighing.Length > 0 ? weighing : callable;
        var healthy = callable.Where(endpoint => endpoint.Instance.Healthy && !endpoint.Ejected).ToArray();
        var panic = healthy.Length < callable.Length * options.PanicThreshold;
        return (panic ? callable : healthy, panic);
    }

    private static long NextReturn(Endpoint[] all) =>
        all.Where(endpoint => endpoint.Ejected).Select(endpoint => endpoint.Record.Out.At + endpoint.Record.Out.Lasts).DefaultIfEmpty(long.MaxValue).Min();
}
