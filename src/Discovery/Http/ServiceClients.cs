using System.Collections.Concurrent;
using Portolan.Discovery.Selection;
using Portolan.Resilience;
using Portolan.Resilience.Breakers;
using Portolan.Resilience.Bulkheads;
using Portolan.Resilience.Hedging;
using Portolan.Resilience.Http;
using Portolan.Resilience.Retry;
using Portolan.Resilience.Timeouts;

namespace Portolan.Discovery.Http;

/// <summary>
/// The pipelines to the services that this process calls, one a service and shared by all its clients: they learn from each
/// other which instances to avoid, and spend one budget.
/// </summary>
/// <typeparam name="T">What a call brings, such as a response.</typeparam>
public sealed class ServiceClients<T>
{
    private readonly ConcurrentDictionary<string, Built> pipelines = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Service, InstanceSubset Subset), Built> subsets = new();
    private readonly ServiceDirectory directory;
    private readonly CircuitBreakers breakers;
    private readonly Func<string, ServiceClientOptions> optionsOf;
    private readonly TimeProvider clock;
    private readonly Random random;
    private readonly Action<ResilienceEvent>? onEvent;
    private readonly Func<T, Verdict> verdictOf;
    private readonly Func<Exception, Verdict> verdictOfException;
    private readonly Func<Outcome<T>, TimeSpan?> retryAfter;

    /// <param name="directory">Where services are.</param>
    /// <param name="breakers">Where the breakers of the instances are kept, as <c>service/instance</c>.</param>
    /// <param name="optionsOf">By the service's name; asked once a service, and again by <see cref="Renew"/>.</param>
    /// <param name="verdictOf">What an answer says of the instance.</param>
    /// <param name="verdictOfException">What a failure says of it.</param>
    /// <param name="retryAfter">For how long an instance asks to be left alone; null when it does not.</param>
    /// <param name="clock">Time.</param>
    /// <param name="random">Chance; safe to use from several threads.</param>
    /// <param name="onEvent">Told of retries, time-outs, ejections.</param>
    public ServiceClients(
        ServiceDirectory directory, CircuitBreakers breakers, Func<string, ServiceClientOptions> optionsOf,
        Func<T, Verdict> verdictOf, Func<Exception, Verdict> verdictOfException, Func<Outcome<T>, TimeSpan?> retryAfter, TimeProvider clock, Random random, Action<ResilienceEvent>? onEvent)
    {
        (this.verdictOf, this.verdictOfException, this.retryAfter) = (verdictOf, verdictOfException, retryAfter);
        this.directory = directory;
        this.breakers = breakers;
        this.optionsOf = optionsOf;
        this.clock = clock;
        this.random = random;
        this.onEvent = onEvent;
    }

    /// <summary>The pipeline to a service. Its calls find the chosen <see cref="Endpoint"/> as their target.</summary>
    public ResiliencePipeline<T> Of(string service) =>
        (pipelines.TryGetValue(service, out var built) ? built : pipelines.GetOrAdd(service, Build(service.ToLowerInvariant(), null))).Pipeline;

    /// <summary>The pipeline to some instances of a service: with the breakers that all its calls have, and a budget of its own.</summary>
    /// <param name="service">Its name, in lower case.</param>
    /// <param name="subset">Which instances.</param>
    public ResiliencePipeline<T> Of(string service, InstanceSubset subset) =>
        (subsets.TryGetValue((service, subset), out var built) ? built : subsets.GetOrAdd((service, subset), Build(service, subset))).Pipeline;

    /// <summary>The options may be others now: pipelines whose options are, are made anew at their next call.</summary>
    public void Renew()
    {
        foreach (var (service, built) in pipelines)
        {
            if (optionsOf(service) != built.Options)
            {
                pipelines.TryRemove(KeyValuePair.Create(service, built));
            }
        }

        foreach (var (key, built) in subsets)
        {
            if (optionsOf(key.Service) != built.Options)
            {
                subsets.TryRemove(KeyValuePair.Create(key, built));
            }
        }
    }

    private Built Build(string service, InstanceSubset? subset)
    {
        var options = optionsOf(service);

        // Where the options are others than before, the breakers are there already.
        breakers.Configure($"{service}/", options.CircuitBreaker);
        var scope = new PipelineScope(service, clock, random, onEvent);

        // Once, not for every call.
        Func<Endpoint, BreakerName> named = endpoint => new BreakerName(NameOf(service, endpoint));
        var selection = options.Selection with
        {
            Subset = subset ?? options.Selection.Subset,
            Accepts = endpoint => BreakerOf(endpoint, named, options).Accepts,
            Begins = endpoint => BeginAnew(service, endpoint),
        };
        var builder = new ResiliencePipelineBuilder<T>(scope) { ValueVerdict = verdictOf, ExceptionVerdict = verdictOfException };
        var budget = RetryBudget.Share(options.RetryBudget);
        builder.AddTotalTimeout(options.TotalTimeout); // around everything: repetitions and waits count
        if (options.Bulkhead is { } bulkhead)
        {
            builder.AddBulkhead(bulkhead); // a call takes one place, however often it is repeated
        }

        builder.AddRetry(options.Retry, budget, retryAfter);
        if (options.Hedging is { } hedging)
        {
            builder.AddHedging(hedging, budget);
        }

        var pipeline = builder
            .AddEndpoint(new ServiceEndpoints(selection, scope, directory), retryAfter) // inside of the retry: another attempt, another instance
            .AddCircuitBreaker(call => BreakerOf((Endpoint)call.Target!, named, options)) // of the instance that was chosen
            .AddAttemptTimeout(options.AttemptTimeout) // inside of the breaker, which counts time-outs
            .Build();
        return new Built(options, pipeline);
    }

    private CircuitBreaker BreakerOf(Endpoint endpoint, Func<Endpoint, BreakerName> named, ServiceClientOptions options) =>
        breakers.Get(endpoint.Attached(named).Name, own: options.CircuitBreaker);

    // A process that was started again is not the one that failed. What an operator forced stays.
    private void BeginAnew(string service, Endpoint endpoint)
    {
        if (breakers.Find(NameOf(service, endpoint)) is { State: BreakerState.Open or BreakerState.HalfOpen } breaker)
        {
            breaker.Reset("the instance began anew");
        }
    }

    private static string NameOf(string service, Endpoint endpoint) => $"{service}/{endpoint.Instance.Id}";

    private sealed record Built(ServiceClientOptions Options, ResiliencePipeline<T> Pipeline);

    private sealed record BreakerName(string Name);
}

/// <summary>The pipelines of this process's <see cref="HttpClient"/>s.</summary>
internal static class ServiceClients
{
    public static ServiceClients<HttpResponseMessage> OfMessages(
        ServiceDirectory directory, CircuitBreakers breakers, Func<string, ServiceClientOptions> optionsOf, TimeProvider clock, Random random, Action<ResilienceEvent>? onEvent) =>
        new(directory, breakers, optionsOf, HttpOutcomes.Of, HttpOutcomes.Of, outcome => HttpOutcomes.RetryAfter(outcome, clock), clock, random, onEvent);
}
