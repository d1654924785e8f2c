using Portolan.Resilience.Breakers;
using Portolan.Resilience.Execution;
using Portolan.Resilience.RateLimiting;
using Portolan.Resilience.Throttling;

namespace Portolan.Resilience;

/// <summary>
/// Builds a <see cref="ResiliencePipeline{T}"/>: what is added first stands outermost. The order is checked by
/// <see cref="Build"/>, which names everything that is wrong with it at once.
/// </summary>
/// <param name="scope">Name, clock, chance and listener of the pipeline.</param>
public sealed class ResiliencePipelineBuilder<T>(PipelineScope scope)
{
    private readonly List<ResilienceStrategy<T>> strategies = [];

    /// <summary>A pipeline on the system's clock.</summary>
    public ResiliencePipelineBuilder(string name)
        : this(new PipelineScope(name, TimeProvider.System, Random.Shared))
    {
    }

    /// <summary>The pipeline's surroundings.</summary>
    public PipelineScope Scope { get; } = scope;

    /// <summary>What a value says about the one that was called. Default: success.</summary>
    public Func<T, Verdict>? ValueVerdict { get; set; }

    /// <summary>What an exception says. Default: failure. Not asked when the call was cancelled: that says nothing.</summary>
    public Func<Exception, Verdict>? ExceptionVerdict { get; set; }

    /// <summary>Adds a strategy inside of those that are already there.</summary>
    public ResiliencePipelineBuilder<T> Add(ResilienceStrategy<T> strategy)
    {
        strategies.Add(strategy);
        return this;
    }

    /// <summary>Lets calls pass this breaker, which other pipelines may share.</summary>
    public ResiliencePipelineBuilder<T> AddCircuitBreaker(CircuitBreaker breaker) => Add(new CircuitBreakerStrategy<T>(breaker));

    /// <summary>Lets each call pass the breaker chosen for it: of its instance, operation or tenant. Take it from a <see cref="CircuitBreakers"/>.</summary>
    public ResiliencePipelineBuilder<T> AddCircuitBreaker(Func<ResilienceCall, CircuitBreaker> choose) => Add(new CircuitBreakerStrategy<T>(choose));

    /// <summary>Refuses calls over a rate, all callers together.</summary>
    /// <param name="limiter">May be shared by pipelines.</param>
    /// <param name="permits">What a call costs. Default: 1.</param>
    /// <param name="onResult">Told of every answer, such as for headers; quick.</param>
    public ResiliencePipelineBuilder<T> AddRateLimit(
        Limiter limiter, Func<CallOptions, int>? permits = null, Action<ResilienceCall, LimitResult>? onResult = null) =>
        AddRateLimit(new RateLimits<CallOptions>(new LimitRule<CallOptions>(limiter)), permits, onResult);

    /// <summary>The same for each <see cref="CallOptions.Key"/>.</summary>
    public ResiliencePipelineBuilder<T> AddRateLimit(
        PartitionedLimiter limiter, Func<CallOptions, int>? permits = null, Action<ResilienceCall, LimitResult>? onResult = null) =>
        AddRateLimit(new RateLimits<CallOptions>(new LimitRule<CallOptions>(limiter, call => call.Key)), permits, onResult);

    /// <summary>The same for several limits at once: a call that one of them refuses is charged to none.</summary>
    public ResiliencePipelineBuilder<T> AddRateLimit(
        RateLimits<CallOptions> limits, Func<CallOptions, int>? permits = null, Action<ResilienceCall, LimitResult>? onResult = null) =>
        Add(new RateLimitStrategy<T>(limits, Scope, permits, onResult));

    /// <summary>Lets calls over a rate wait for their turn, the important ones first.</summary>
    /// <param name="throttle">May be shared by pipelines.</param>
    /// <param name="permits">What a call costs. Default: 1.</param>
    public ResiliencePipelineBuilder<T> AddThrottle(Throttle throttle, Func<CallOptions, int>? permits = null) =>
        Add(new ThrottleStrategy<T>(throttle, Scope, permits));

    /// <summary>True when such a strategy has been added already.</summary>
    internal bool Has(StrategyKind kind) => strategies.Exists(strategy => strategy.Kind == kind);

    /// <summary>The pipeline.</summary>
    /// <exception cref="InvalidOperationException">The order is wrong; the message names everything that is.</exception>
    public ResiliencePipeline<T> Build()
    {
        var findings = OrderRules.Check([.. strategies.Select(strategy => strategy.Kind)]);
        if (findings.Count > 0)
        {
            throw new InvalidOperationException($"Pipeline '{Scope.Name}' cannot work in this order:{string.Concat(findings.Select(finding => $"\n- {finding}"))}");
        }

        ResilienceStrategy<T>[] chain = [.. strategies, new CallbackStrategy<T>(ValueVerdict, ExceptionVerdict)];
        for (var index = 0; index < chain.Length - 1; index++)
        {
            chain[index].Before(chain[index + 1]);
        }

        return new ResiliencePipeline<T>(Scope, chain);
    }
}
