using BenchmarkDotNet.Attributes;

namespace Portolan.Bench.Resilience.Pipelines;

/// <summary>
/// A call through a pipeline in which nothing goes wrong, and whose callback completes at once. Both sides run a static
/// callback with a state and take the outcome as a value: with Polly that is <c>ExecuteOutcomeAsync</c> on a context from its
/// pool, the way its documentation names as the fastest; giving the context back is part of a call there as it is with us.
/// </summary>
public class HappyPath
{
    private readonly string answer = "answer";
    private Portolan.Resilience.ResiliencePipeline<string> ours = null!;
    private Polly.ResiliencePipeline<string> polly = null!;

    public static IEnumerable<string> Cases => OurPipelines.All.Keys;

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        ours = OurPipelines.Build(Case);
        polly = PollyPipelines.Build(Case);
    }

    [Benchmark]
    public string Ours() =>
        ours.TryExecuteAsync(static (_, self) => new ValueTask<string>(self.answer), this).Completed().Value!;

    [Benchmark(Baseline = true)]
    public string Peer()
    {
        var context = Polly.ResilienceContextPool.Shared.Get();
        var outcome = polly.ExecuteOutcomeAsync(static (_, self) => Polly.Outcome.FromResultAsValueTask(self.answer), context, this).Completed();
        Polly.ResilienceContextPool.Shared.Return(context);
        return outcome.Result!;
    }
}
