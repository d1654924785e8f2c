namespace Portolan.Resilience.Fallback;

/// <summary>Adds a fallback to a pipeline.</summary>
public static class FallbackExtensions
{
    /// <summary>Puts another answer in place of one that is no good; a value that is replaced is disposed of. Goes first.</summary>
    public static ResiliencePipelineBuilder<T> AddFallback<T>(this ResiliencePipelineBuilder<T> builder, FallbackOptions<T> options) =>
        builder.Add(new FallbackStrategy<T>(options));
}
