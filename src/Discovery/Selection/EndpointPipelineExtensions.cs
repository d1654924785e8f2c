using Portolan.Resilience;

namespace Portolan.Discovery.Selection;

/// <summary>Adds the choice of an endpoint to a pipeline.</summary>
public static class EndpointPipelineExtensions
{
    /// <summary>
    /// Chooses an endpoint for each attempt. The callback finds it as <see cref="ResilienceCall.Target"/>. The pipeline must run
    /// on the clock of the endpoints.
    /// </summary>
    /// <param name="builder">The pipeline's.</param>
    /// <param name="endpoints">The service's.</param>
    /// <param name="retryAfter">For how long the one that was called wants to be left alone; asked of failures. Null: it never says.</param>
    public static ResiliencePipelineBuilder<T> AddEndpoint<T>(
        this ResiliencePipelineBuilder<T> builder, ServiceEndpoints endpoints, Func<Outcome<T>, TimeSpan?>? retryAfter = null) =>
        builder.Add(new EndpointStrategy<T>(endpoints, retryAfter));
}
