using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.Fallback;
using Polly.Hedging;
using Polly.Retry;
using Polly.Simmy;
using Polly.Simmy.Fault;

namespace Portolan.Bench.Resilience.Pipelines;

/// <summary>
/// Polly's side of every pipeline case. Options are those of ours where both have them, and each side's default elsewhere.
/// Telemetry is off as it is by default: no listener, no enricher. Predicates are those Polly makes for itself, which look
/// at the exception only.
/// </summary>
internal static class PollyPipelines
{
    public static IReadOnlyDictionary<string, Func<ResiliencePipelineBuilder<string>, ResiliencePipelineBuilder<string>>> All { get; } =
        new Dictionary<string, Func<ResiliencePipelineBuilder<string>, ResiliencePipelineBuilder<string>>>
        {
            ["empty"] = pipeline => pipeline,
            ["retry"] = Retry,
            ["circuit breaker"] = Breaker,
            ["total timeout"] = pipeline => pipeline.AddTimeout(TimeSpan.FromSeconds(60)),
            ["attempt timeout"] = pipeline => pipeline.AddTimeout(TimeSpan.FromSeconds(30)),
            ["bulkhead"] = Concurrency,
            ["rate limit"] = Rate,
            ["fallback"] = pipeline => pipeline.AddFallback(
                new FallbackStrategyOptions<string> { FallbackAction = static _ => Outcome.FromResultAsValueTask("fallback") }),
            ["hedging"] = pipeline => pipeline.AddHedging(new HedgingStrategyOptions<string> { MaxHedgedAttempts = 1, Delay = TimeSpan.FromSeconds(2) }),
            ["fault injection, off"] = pipeline => Fault(pipeline, enabled: false),

            // It strikes no call, but each draws its lot.
            ["fault injection, armed"] = pipeline => Fault(pipeline, enabled: true),
            ["five strategies"] = pipeline => Attempt(Breaker(Retry(Total(Concurrency(pipeline))))),
            ["five strategies, rate limit"] = pipeline => Attempt(Breaker(Retry(Total(Rate(pipeline))))),
        };

    public static ResiliencePipeline<string> Build(string name) => All[name](new ResiliencePipelineBuilder<string>()).Build();

    private static ResiliencePipelineBuilder<string> Fault(ResiliencePipelineBuilder<string> pipeline, bool enabled) => pipeline.AddChaosFault(
        new ChaosFaultStrategyOptions
        {
            Enabled = enabled,
            InjectionRate = double.Epsilon,
            FaultGenerator = static _ => new ValueTask<Exception?>(new InvalidOperationException("injected")),
        });

    private static ResiliencePipelineBuilder<string> Total(ResiliencePipelineBuilder<string> pipeline) => pipeline.AddTimeout(TimeSpan.FromSeconds(60));

    private static ResiliencePipelineBuilder<string> Attempt(ResiliencePipelineBuilder<string> pipeline) => pipeline.AddTimeout(TimeSpan.FromSeconds(30));

    private static ResiliencePipelineBuilder<string> Retry(ResiliencePipelineBuilder<string> pipeline) => pipeline.AddRetry(
        new RetryStrategyOptions<string> { MaxRetryAttempts = 2, Delay = TimeSpan.FromSeconds(1), BackoffType = DelayBackoffType.Exponential, UseJitter = true });

    private static ResiliencePipelineBuilder<string> Breaker(ResiliencePipelineBuilder<string> pipeline) => pipeline.AddCircuitBreaker(
        new CircuitBreakerStrategyOptions<string>
        {
            FailureRatio = 0.5,
            SamplingDuration = TimeSpan.FromSeconds(10),
            MinimumThroughput = 20,
            BreakDuration = TimeSpan.FromSeconds(30),
        });

    private static ResiliencePipelineBuilder<string> Concurrency(ResiliencePipelineBuilder<string> pipeline) => Limited(
        pipeline, new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = 10, QueueLimit = 10 }));

    // So many tokens that none is ever missing: it is the admission that is measured.
    private static ResiliencePipelineBuilder<string> Rate(ResiliencePipelineBuilder<string> pipeline) => Limited(
        pipeline,
        new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = 1_000_000_000, TokensPerPeriod = 1_000_000_000, ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        }));

    private static ResiliencePipelineBuilder<string> Limited(ResiliencePipelineBuilder<string> pipeline, RateLimiter limiter) =>
        pipeline.AddStrategy(_ => new PollyLimiter(context => limiter.AcquireAsync(1, context.CancellationToken)), new PollyLimiter.Options());
}
