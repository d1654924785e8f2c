using System.Diagnostics;
using Portolan.Core.Telemetry;

namespace Portolan.Resilience;

/// <summary>What a strategy did, when it did more than let a call pass.</summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Strategy">Name of the strategy.</param>
/// <param name="Name">What it did, such as <c>retry</c> or <c>circuit-opened</c>.</param>
/// <param name="Attempt">In which attempt; 0 outside of a call.</param>
/// <param name="Wait">How long it waits now, or lasted; zero where neither.</param>
/// <param name="Detail">One sentence, or null.</param>
public readonly record struct ResilienceEvent(string Pipeline, string Strategy, string Name, int Attempt, TimeSpan Wait, string? Detail);

/// <summary>The surroundings that the strategies of a pipeline share.</summary>
/// <param name="name">Name of the pipeline.</param>
/// <param name="clock">Time.</param>
/// <param name="random">Chance; must be safe to use from several threads, as <see cref="System.Random.Shared"/> is.</param>
/// <param name="onEvent">Told of every event; quick, and its exceptions are swallowed.</param>
public sealed class PipelineScope(string name, TimeProvider clock, Random random, Action<ResilienceEvent>? onEvent = null)
{
    /// <summary>Name of the pipeline.</summary>
    public string Name { get; } = name;

    /// <summary>Time.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>Chance.</summary>
    public Random Random { get; } = random;

    /// <summary>Counts an event and tells who listens.</summary>
    public void Report(string strategy, string what, int attempt, TimeSpan wait = default, string? detail = null)
    {
        if (ResilienceMetrics.Events.Enabled)
        {
            ResilienceMetrics.Events.Add(1, new TagList { { "pipeline", Name }, { "strategy", strategy }, { "event", what } });
        }

        try
        {
            onEvent?.Invoke(new ResilienceEvent(Name, strategy, what, attempt, wait, detail));
        }
        catch (Exception)
        {
            // A listener is never the reason why a call fails.
        }
    }

    /// <summary>Timestamps of the clock in a span of time; saturates.</summary>
    public long Timestamps(TimeSpan time)
    {
        var units = time.TotalSeconds * Clock.TimestampFrequency;
        return units >= long.MaxValue / 2 ? long.MaxValue / 2 : (long)units;
    }
}
