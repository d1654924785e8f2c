namespace Portolan.Resilience.Breakers;

/// <summary>When a breaker opens, for how long, and how it finds back.</summary>
public sealed record CircuitBreakerOptions
{
    /// <summary>Failures in a row that open it; 0: the row does not count. Default 5.</summary>
    public int ConsecutiveFailures { get; init; } = 5;

    /// <summary>Share of failures in the window that opens it, 0 to 1; 0: the share does not count. Default 0.5.</summary>
    public double FailureRate { get; init; } = 0.5;

    /// <summary>With fewer calls than this in the window no share and no percentile opens it. Default 20.</summary>
    public int MinimumCalls { get; init; } = 20;

    /// <summary>How far back the window looks. Default 10 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Parts of the window: the oldest leaves at once. 1 to 60, default 10.</summary>
    public int Buckets { get; init; } = 10;

    /// <summary>The window is the last so many calls instead of a time; 0: it is a time. Default 0.</summary>
    public int CountWindow { get; init; }

    /// <summary>A call that takes as long as this is slow; null: none is. Default null.</summary>
    public TimeSpan? SlowCall { get; init; }

    /// <summary>Share of slow calls in the window that opens it. Default 0.5.</summary>
    public double SlowCallRate { get; init; } = 0.5;

    /// <summary>Opens when 95 % of the calls in the time <see cref="Window"/> are not all faster than this. Default null: never.</summary>
    public TimeSpan? Percentile95 { get; init; }

    /// <summary>The same for 99 %. Default null: never.</summary>
    public TimeSpan? Percentile99 { get; init; }

    /// <summary>How long it stays open; also how long a probe may take before another gets its permit. Default 30 s.</summary>
    public TimeSpan OpenDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Each opening in a row lasts so many times as long as the one before. Default 1: all the same.</summary>
    public double OpenGrowth { get; init; } = 1;

    /// <summary>No opening lasts longer. Default 5 min, or <see cref="OpenDuration"/> where that is longer.</summary>
    public TimeSpan MaximumOpenDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Calls that a half-open breaker lets pass at once. Default 3.</summary>
    public int Probes { get; init; } = 3;

    /// <summary>Successful probes that close it. Default 3.</summary>
    public int SuccessThreshold { get; init; } = 3;

    /// <summary>Share of calls that passes an open breaker all the same, 0 to 1; their results change nothing. Default 0.</summary>
    public double OpenShare { get; init; }

    /// <summary>After it has closed, the share of calls that pass grows from none to all over this time. Default zero: all at once.</summary>
    public TimeSpan RampFor { get; init; }

    /// <summary>An event says once that it has not been closed for so long. Default 5 min.</summary>
    public TimeSpan OpenTooLong { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>True when it matters how long calls take.</summary>
    internal bool IsTimed => SlowCall is not null || Percentile95 is not null || Percentile99 is not null;

    /// <summary>What is wrong; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate() => new OptionErrors()
        .Range(nameof(ConsecutiveFailures), ConsecutiveFailures, 0, int.MaxValue)
        .Range(nameof(FailureRate), FailureRate, 0, 1)
        .Range(nameof(MinimumCalls), MinimumCalls, 1, int.MaxValue)
        .Range(nameof(Window), Window, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1))
        .Range(nameof(Buckets), Buckets, 1, TimeWindow.MostBuckets)
        .Range(nameof(CountWindow), CountWindow, 0, 1_000_000)
        .Require(CountWindow == 0 || CountWindow >= MinimumCalls, $"CountWindow is {CountWindow} and never holds the {MinimumCalls} calls of MinimumCalls; lower that.")
        .Require(SlowCall is null || SlowCall > TimeSpan.Zero, $"SlowCall is {SlowCall}; give more than nothing, or null.")
        .Require(SlowCallRate is > 0 and <= 1, $"SlowCallRate is {SlowCallRate}; give more than 0, up to 1.")
        .Require(Percentile95 is null || Percentile95 > TimeSpan.Zero, $"Percentile95 is {Percentile95}; give more than nothing, or null.")
        .Require(Percentile99 is null || Percentile99 > TimeSpan.Zero, $"Percentile99 is {Percentile99}; give more than nothing, or null.")
        .Range(nameof(OpenDuration), OpenDuration, TimeSpan.Zero, TimeSpan.MaxValue)
        .Range(nameof(OpenGrowth), OpenGrowth, 1, 1_000)
        .Range(nameof(MaximumOpenDuration), MaximumOpenDuration, TimeSpan.Zero, TimeSpan.MaxValue)
        .Range(nameof(Probes), Probes, 1, 1_000)
        .Range(nameof(SuccessThreshold), SuccessThreshold, 1, int.MaxValue)
        .Range(nameof(OpenShare), OpenShare, 0, 1)
        .Range(nameof(RampFor), RampFor, TimeSpan.Zero, TimeSpan.MaxValue)
        .Require(OpenTooLong > TimeSpan.Zero, $"OpenTooLong is {OpenTooLong}; give more than nothing.")
        .All;

    /// <summary>How long an opening lasts after so many others in a row.</summary>
    internal TimeSpan OpenFor(int reopenings)
    {
        var longest = MaximumOpenDuration > OpenDuration ? MaximumOpenDuration : OpenDuration;
        var ticks = OpenDuration.Ticks * Math.Pow(OpenGrowth, reopenings);
        return ticks >= longest.Ticks ? longest : TimeSpan.FromTicks((long)ticks);
    }
}
