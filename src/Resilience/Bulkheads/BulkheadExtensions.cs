namespace Portolan.Resilience.Bulkheads;

/// <summary>Adds bulkheads to a pipeline.</summary>
public static class BulkheadExtensions
{
    /// <summary>A pool of the pipeline's own, under its name.</summary>
    public static ResiliencePipelineBuilder<T> AddBulkhead<T>(this ResiliencePipelineBuilder<T> builder, BulkheadOptions? options = null) =>
        builder.AddBulkhead(new Bulkhead(builder.Scope.Name, options, builder.Scope.Clock));

    /// <summary>A pool that others may use too.</summary>
    public static ResiliencePipelineBuilder<T> AddBulkhead<T>(this ResiliencePipelineBuilder<T> builder, Bulkhead bulkhead)
    {
        bulkhead.AddUser(builder.Scope.Name);
        return builder.Add(new BulkheadStrategy<T>(_ => bulkhead, $"bulkhead '{bulkhead.Name}'"));
    }

    /// <summary>A pool for each <see cref="CallOptions.Key"/>; calls without one share one.</summary>
    public static ResiliencePipelineBuilder<T> AddBulkhead<T>(this ResiliencePipelineBuilder<T> builder, BulkheadPools pools)
    {
        pools.AddUser(builder.Scope.Name);
        return builder.Add(new BulkheadStrategy<T>(call => pools.Find(call.Options.Key), $"bulkhead '{pools.Name}' by key"));
    }
}
