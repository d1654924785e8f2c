using BenchmarkDotNet.Attributes;
using Polly;
using Polly.CircuitBreaker;
using Portolan.Resilience.Breakers;

namespace Portolan.Bench.Resilience.Pipelines;

/// <summary>A call that an open breaker refuses. Both are opened by failures and stay open for longer than it is measured.</summary>
public class OpenBreaker
{
    private const string AsValue = "open breaker, as a value";
    private const string AsException = "open breaker, as an exception";

    private static readonly InvalidOperationException Failure = new("failing");
    private Portolan.Resilience.ResiliencePipeline<string> ours = null!;
    private ResiliencePipeline<string> polly = null!;
    private Func<object?> our = null!;
    private Func<object?> their = null!;

    public static IEnumerable<string> Cases => [AsValue, AsException];

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var breaker = new CircuitBreaker("bench", new CircuitBreakerOptions { OpenDuration = TimeSpan.FromHours(1) }, TimeProvider.System);
        ours = new Portolan.Resilience.ResiliencePipelineBuilder<string>("bench").AddCircuitBreaker(breaker).Build();
        polly = new ResiliencePipelineBuilder<string>()
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<string> { MinimumThroughput = 2, BreakDuration = TimeSpan.FromHours(1) })
            .Build();
        for (var call = 0; call < 5; call++)
        {
            OurValue();
            TheirValue();
        }

        our = Case == AsValue ? OurValue : OurException;
        their = Case == AsValue ? TheirValue : TheirException;
    }

    // One delegate more on both sides.
    [Benchmark]
    public object? Ours() => our();

    [Benchmark(Baseline = true)]
    public object? Peer() => their();

    private Portolan.Resilience.Rejection? OurValue() =>
        ours.TryExecuteAsync(static (_, _) => ValueTask.FromException<string>(Failure), this).Completed().Rejection;

    private Exception? TheirValue()
    {
        var context = ResilienceContextPool.Shared.Get();
        var outcome = polly.ExecuteOutcomeAsync(static (_, _) => Outcome.FromExceptionAsValueTask<string>(Failure), context, this).Completed();
        ResilienceContextPool.Shared.Return(context);
        return outcome.Exception;
    }

    private object? OurException()
    {
        try
        {
            return ours.ExecuteAsync(static (_, _) => new ValueTask<string>("never"), this).Completed();
        }
        catch (Portolan.Resilience.RejectedException refused)
        {
            return refused;
        }
    }

    // The overload that takes a token keeps the context in order by itself.
    private object? TheirException()
    {
        try
        {
            return polly.ExecuteAsync(static (_, _) => new ValueTask<string>("never"), this, CancellationToken.None).Completed();
        }
        catch (BrokenCircuitException refused)
        {
            return refused;
        }
    }
}
