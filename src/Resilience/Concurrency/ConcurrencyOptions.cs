namespace Portolan.Resilience.Concurrency;

/// <summary>How a limit follows latency; the defaults are Envoy's, except for how the shortest latency is measured.</summary>
public sealed record ConcurrencyOptions
{
    /// <summary>The limit to start from. Default 20.</summary>
    public int InitialLimit { get; init; } = 20;

    /// <summary>Never fewer, 1 to 100,000. Default 3.</summary>
    public int MinimumLimit { get; init; } = 3;

    /// <summary>Never more, 1 to 100,000. Default 1,000.</summary>
    public int MaximumLimit { get; init; } = 1_000;

    /// <summary>How much longer than the shortest latency is still no sign of load, as a share of it, 0 to 10. Default 0.25.</summary>
    public double Buffer { get; init; } = 0.25;

    /// <summary>The share of calls that end within the latency that counts, 0.01 to 1. Default 0.5, the median.</summary>
    public double Percentile { get; init; } = 0.5;

    /// <summary>How often the limit moves, 1 ms to 1 min. Default 100 ms.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Calls without which a window goes on, 1 to 10,000. Default 10.</summary>
    public int MinimumSamples { get; init; } = 10;

    /// <summary>How often the shortest latency is measured anew, give or take a tenth, 1 s to 1 day. Default 60 s.</summary>
    public TimeSpan MeasureEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Calls it is measured with, 1 to 10,000. Default 50.</summary>
    public int MeasureSamples { get; init; } = 50;

    /// <summary>What is wrong with these values; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() => new OptionErrors()
        .Range(nameof(MinimumLimit), MinimumLimit, 1, 100_000)
        .Range(nameof(MaximumLimit), MaximumLimit, MinimumLimit, 100_000)
        .Range(nameof(InitialLimit), InitialLimit, MinimumLimit, MaximumLimit)
        .Range(nameof(Buffer), Buffer, 0, 10)
        .Range(nameof(Percentile), Percentile, 0.01, 1)
        .Range(nameof(Window), Window, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1))
        .Range(nameof(MinimumSamples), MinimumSamples, 1, 10_000)
        .Range(nameof(MeasureEvery), MeasureEvery, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1))
        .Range(nameof(MeasureSamples), MeasureSamples, 1, 10_000)
        .All;
}
