namespace Portolan.Resilience.Shedding;

/// <summary>Load shedding in a pipeline.</summary>
public static class LoadSheddingExtensions
{
    /// <summary>Refuses calls, the least important first, while the shedder finds too much in use. Stands outermost but for a fallback.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="shedder">May be shared; on the pipeline's clock.</param>
    public static ResiliencePipelineBuilder<T> AddLoadShedding<T>(this ResiliencePipelineBuilder<T> builder, LoadShedder shedder) =>
        builder.Add(new LoadSheddingStrategy<T>(shedder, builder.Scope));
}

internal sealed class LoadSheddingStrategy<T>(LoadShedder shedder, PipelineScope scope) : ResilienceStrategy<T>
{
    // Timestamps of one clock say nothing to another.
    private readonly LoadShedder shedder = shedder.Clock == scope.Clock
        ? shedder
        : throw new ArgumentException($"The load shedder has another clock than the pipeline '{scope.Name}'; give both the same.", nameof(shedder));

    public override StrategyKind Kind => StrategyKind.LoadShedding;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        if (shedder.TryPass(call.Timestamp, call.Options.Priority, out var refusal))
        {
            return Next.ExecuteAsync(call);
        }

        call.Scope.Report(shedder.Name, "load-shed", call.Attempt);
        return new(Outcome<T>.Of(refusal!));
    }

    public override string ToString() => $"load shedding '{shedder.Name}'";
}
