namespace Portolan.Resilience;

/// <summary>
/// One link of a pipeline's chain. It belongs to one pipeline; what pipelines share (a breaker, a limiter, a budget) is an
/// object of its own that strategies refer to.
/// </summary>
public abstract class ResilienceStrategy<T>
{
    private ResilienceStrategy<T>? next;

    /// <summary>What it is, for the order rules.</summary>
    public abstract StrategyKind Kind { get; }

    /// <summary>The rest of the chain.</summary>
    protected ResilienceStrategy<T> Next => next!;

    /// <summary>
    /// Runs the rest of the chain its own way. It does not throw: what the callback throws comes back as an outcome.
    /// </summary>
    public abstract ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call);

    internal void Before(ResilienceStrategy<T> inner) =>
        next = next is null ? inner : throw new InvalidOperationException($"This strategy ({this}) already stands in a pipeline; make another for this one.");
}
