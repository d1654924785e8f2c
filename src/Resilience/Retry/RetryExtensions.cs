namespace Portolan.Resilience.Retry;

/// <summary>Adds retries to a pipeline.</summary>
public static class RetryExtensions
{
    /// <summary>
    /// Repeats failed calls: those that asked for less, failed, or reached nobody; calls marked <see cref="CallOptions.Once"/>
    /// only where they reached nobody. A value that is not returned because another attempt's outcome is, is disposed of.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="budget">Bounds what repeating adds; shared by the pipelines to one dependency. Null: unbounded.</param>
    /// <param name="retryAfter">The wait that an outcome asks for, such as a response's <c>Retry-After</c>. A rejection's own is known.</param>
    public static ResiliencePipelineBuilder<T> AddRetry<T>(
        this ResiliencePipelineBuilder<T> builder, RetryOptions? options = null, RetryBudget? budget = null, Func<Outcome<T>, TimeSpan?>? retryAfter = null) =>
        builder.Add(new RetryStrategy<T>(options ?? new RetryOptions(), budget, retryAfter));
}
