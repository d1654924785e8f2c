namespace Portolan.Resilience.Timeouts;

/// <summary>
/// Adds time-outs to a pipeline. They cancel the callback's token: a callback that ignores it is waited for, and what it
/// then returns is disposed of.
/// </summary>
public static class TimeoutExtensions
{
    /// <summary>60 s (catalogue R3).</summary>
    public static TimeSpan DefaultTotal { get; } = TimeSpan.FromSeconds(60);

    /// <summary>30 s (catalogue R3).</summary>
    public static TimeSpan DefaultAttempt { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Bounds the whole call, its repetitions and the waits between them included.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="timeout">Above zero; default 60 s. Where the ambient deadline leaves less, that counts.</param>
    public static ResiliencePipelineBuilder<T> AddTotalTimeout<T>(this ResiliencePipelineBuilder<T> builder, TimeSpan? timeout = null) =>
        builder.Add(new TimeoutStrategy<T>(builder.Scope, StrategyKind.TotalTimeout, timeout ?? DefaultTotal, null));

    /// <summary>Bounds one attempt.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="timeout">Above zero; default 30 s.</param>
    /// <param name="advice">Where given, it gets the durations of attempts, and an event tells when the time-out is far from what it advises.</param>
    public static ResiliencePipelineBuilder<T> AddAttemptTimeout<T>(
        this ResiliencePipelineBuilder<T> builder, TimeSpan? timeout = null, TimeoutAdvice? advice = null) =>
        builder.Add(new TimeoutStrategy<T>(builder.Scope, StrategyKind.AttemptTimeout, timeout ?? DefaultAttempt, advice));
}
