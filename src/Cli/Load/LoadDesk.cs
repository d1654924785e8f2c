using System.Collections.Concurrent;

namespace Portolan.Cli.Load;

/// <summary>What the connections of a run share.</summary>
internal sealed class LoadDesk(LoadPlan plan, TimeProvider time)
{
    public TimeProvider Time => time;

    public RunClock Clock { get; } = new(time);

    public Schedule Schedule { get; } = new(plan.Rate, plan.WarmUp + plan.Duration);

    public LoadCounts Counts { get; } = new(plan.WarmUp.Ticks);

    /// <summary>Connections without a request; the longest at rest is called first, so that all are used.</summary>
    public ConcurrentQueue<LoadConnection> Resting { get; } = new();
}
