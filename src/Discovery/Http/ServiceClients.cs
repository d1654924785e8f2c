using System.Collections.Concurrent;
using Portolan.Discovery.Selection;
using Portolan.Resilience;
using Portolan.Resilience.Breakers;
using Portolan.Resilience.Http;
using Portolan.Resilience.Retry;
using Portolan.Resilience.Timeouts;

namespace Portolan.Discovery.Http;

/// <summary>
/// The pipelines to the services that this process calls, one a service and shared by all its clients: they learn from each
/// other which instances to avoid, and spend one budget.
/// </summary>
public sealed class ServiceClients
{
    private readonly ConcurrentDictionary<string, ResiliencePipeline<HttpResponseMessage>> pipelines = new(StringComparer.OrdinalIgnoreCase);
    private readonly ServiceDirectory directory;
    private readonly CircuitBreakers breakers;
    private readonly Func<string, ServiceClientOptions> optionsOf;
    private readonly TimeProvider clock;
    private readonly Random random;
    private readonly Action<ResilienceEvent>? onEvent;

    /// <param name="directory">Where services are.</param>
    /// <param name="breakers">Where the breakers of the instances are kept, as <c>service/instance</c>.</param>
    /// <param name="optionsOf">By the service's name; asked once a service.</param>
    /// <param name="clock">Time.</param>
    /// <param name="random">Chance; safe to use from several threads.</param>
    /// <param name="onEvent">Told of retries, time-outs, ejections.</param>
    public ServiceClients(
        ServiceDirectory directory, CircuitBreakers breakers, Func<string, ServiceClientOptions> optionsOf, TimeProvider clock, Random random, Action<ResilienceEvent>? onEvent)
    {
        this.directory = directory;
        this.breakers = breakers;
        this.optionsOf = optionsOf;
        this.clock = clock;
        this.random = random;
        this.onEvent = onEvent;
    }

    /// <summary>The pipeline to a service. Its calls find the chosen <see cref="Endpoint"/> as their target.</summary>
    public ResiliencePipeline<HttpResponseMessage> Of(string service) =>
        pipelines.TryGetValue(service, out var pipeline) ? pipeline : pipelines.GetOrAdd(service, Build(service.ToLowerInvariant()));

    private ResiliencePipeline<HttpResponseMessage> Build(string service)
    {
        var options = optionsOf(service);
        var scope = new PipelineScope(service, clock, random, onEvent);
        var selection = options.Selection with { Accepts = endpoint => BreakerOf(service, endpoint, options).Accepts };
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage>(scope) { ValueVerdict = HttpOutcomes.Of, ExceptionVerdict = HttpOutcomes.Of };
        return builder
            .AddTotalTimeout(options.TotalTimeout) // around everything: repetitions and waits count
            .AddRetry(options.Retry, RetryBudget.Share(options.RetryBudget), outcome => HttpOutcomes.RetryAfter(outcome, clock))
            .AddEndpoint(new ServiceEndpoints(selection, scope, directory), outcome => HttpOutcomes.RetryAfter(outcome, clock)) // inside of the retry: another attempt, another instance
            .AddCircuitBreaker(call => BreakerOf(service, (Endpoint)call.Target!, options)) // of the instance that was chosen
            .AddAttemptTimeout(options.AttemptTimeout) // inside of the breaker, which counts time-outs
            .Build();
    }

    private CircuitBreaker BreakerOf(string service, Endpoint endpoint, ServiceClientOptions options) =>
        breakers.Get(endpoint.Attached(made => new BreakerName($"{service}/{made.Instance.Id}")).Name, own: options.CircuitBreaker);

    private sealed record BreakerName(string Name);
}
