using Portolan.Resilience.Shedding;

namespace Portolan.Resilience.Concurrency;

/// <summary>Adds a limit that finds itself to a pipeline.</summary>
public static class ConcurrencyExtensions
{
    /// <summary>A limit of the pipeline's own, under its name.</summary>
    public static ResiliencePipelineBuilder<T> AddAdaptiveConcurrency<T>(this ResiliencePipelineBuilder<T> builder, ConcurrencyOptions? options = null) =>
        builder.AddAdaptiveConcurrency(new AdaptiveConcurrency(builder.Scope.Name, options, builder.Scope.Clock, builder.Scope.Random));

    /// <summary>A limit that others may use too.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="concurrency">The limit.</param>
    /// <param name="shares">How much of it calls of each priority may fill. Null: every call may fill all of it.</param>
    public static ResiliencePipelineBuilder<T> AddAdaptiveConcurrency<T>(
        this ResiliencePipelineBuilder<T> builder, AdaptiveConcurrency concurrency, PriorityShares? shares = null)
    {
        OptionErrors.ThrowIfAny(nameof(PriorityShares), shares?.Validate() ?? []);
        return builder.Add(new AdaptiveConcurrencyStrategy<T>(concurrency, shares));
    }
}
