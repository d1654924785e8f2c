using Portolan.Resilience.Retry;

namespace Portolan.Resilience.Hedging;

/// <summary>Adds hedging to a pipeline.</summary>
public static class HedgingExtensions
{
    /// <summary>
    /// Starts the same call again, elsewhere, when it takes longer than nearly all others, and takes the first answer that is
    /// good. Calls marked <see cref="CallOptions.Once"/> are never doubled. The other attempts are cancelled; a value they
    /// bring all the same is disposed of.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="budget">Bounds what hedges add: give the one that the dependency's retries have. Null: 20 % of calls and 10/s.</param>
    public static ResiliencePipelineBuilder<T> AddHedging<T>(
        this ResiliencePipelineBuilder<T> builder, HedgingOptions? options = null, RetryBudget? budget = null) =>
        builder.Add(new HedgingStrategy<T>(builder.Scope, options ?? new HedgingOptions(), budget ?? RetryBudget.Share(), reports: !builder.Has(StrategyKind.Retry)));
}
