using Portolan.Resilience;
using Portolan.Resilience.Breakers;
using Portolan.Resilience.Bulkheads;
using Portolan.Resilience.Fallback;
using Portolan.Resilience.FaultInjection;
using Portolan.Resilience.Hedging;
using Portolan.Resilience.RateLimiting;
using Portolan.Resilience.Retry;
using Portolan.Resilience.Timeouts;

namespace Portolan.Bench.Resilience.Pipelines;

/// <summary>Our side of every pipeline case; <see cref="PollyPipelines"/> has the other under the same name, and says why the two are alike.</summary>
internal static class OurPipelines
{
    public static IReadOnlyDictionary<string, Func<ResiliencePipelineBuilder<string>, ResiliencePipelineBuilder<string>>> All { get; } =
        new Dictionary<string, Func<ResiliencePipelineBuilder<string>, ResiliencePipelineBuilder<string>>>
        {
            ["empty"] = pipeline => pipeline,
            ["retry"] = Retry,
            ["circuit breaker"] = Breaker,
            ["total timeout"] = pipeline => pipeline.AddTotalTimeout(),
            ["attempt timeout"] = pipeline => pipeline.AddAttemptTimeout(),
            ["bulkhead"] = Bulkhead,
            ["rate limit"] = Rate,
            ["hedging"] = pipeline => pipeline.AddHedging(new HedgingOptions { Percentile = null }),
            ["fallback"] = pipeline => pipeline.AddFallback(new FallbackOptions<string> { Answer = static (_, _) => new ValueTask<string>("fallback") }),
            ["fault injection, off"] = pipeline => pipeline.AddFaultInjection(new Faults(TimeProvider.System, Random.Shared)),
            ["fault injection, armed"] = pipeline => pipeline.AddFaultInjection(Armed()),
            ["five strategies"] = pipeline => Breaker(Retry(Bulkhead(pipeline).AddTotalTimeout())).AddAttemptTimeout(),
            ["five strategies, rate limit"] = pipeline => Breaker(Retry(Rate(pipeline).AddTotalTimeout())).AddAttemptTimeout(),
        };

    // The builder's own defaults: the system's clock, nobody listens to events, no meter is read.
    public static ResiliencePipeline<string> Build(string name) => All[name](new ResiliencePipelineBuilder<string>(name)).Build();

    private static Faults Armed()
    {
        var faults = new Faults(TimeProvider.System, Random.Shared);
        faults.Set(new FaultRule("bench") { Error = true, Share = double.Epsilon, Duration = TimeSpan.FromHours(1) });
        return faults;
    }

    private static ResiliencePipelineBuilder<string> Retry(ResiliencePipelineBuilder<string> pipeline) => pipeline.AddRetry();

    private static ResiliencePipelineBuilder<string> Breaker(ResiliencePipelineBuilder<string> pipeline) =>
        pipeline.AddCircuitBreaker(new CircuitBreaker("bench", new CircuitBreakerOptions(), TimeProvider.System));

    private static ResiliencePipelineBuilder<string> Bulkhead(ResiliencePipelineBuilder<string> pipeline) => pipeline.AddBulkhead();

    private static ResiliencePipelineBuilder<string> Rate(ResiliencePipelineBuilder<string> pipeline) => pipeline.AddRateLimit(
        Limiter.Create(new RateLimitOptions { Permits = 1_000_000_000, Burst = 1_000_000_000 }));
}
