namespace Portolan.Resilience.FaultInjection;

/// <summary>Adds fault injection to a pipeline.</summary>
public static class FaultExtensions
{
    /// <summary>
    /// Injects the latency and the errors of <paramref name="faults"/>; goes innermost, so that every other strategy sees them
    /// as if the one that is called were their cause.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="faults">Which faults; may be shared by pipelines, and with the middleware.</param>
    /// <param name="matches">Which calls may be hit; asked only while faults are set. Null: all.</param>
    /// <param name="error">How a call fails. Null: with the rejection <see cref="RejectionKind.FaultInjected"/>.</param>
    public static ResiliencePipelineBuilder<T> AddFaultInjection<T>(
        this ResiliencePipelineBuilder<T> builder, Faults faults, Func<ResilienceCall, bool>? matches = null, Func<ResilienceCall, Outcome<T>>? error = null) =>
        builder.Add(new FaultStrategy<T>(faults, matches, error));
}
