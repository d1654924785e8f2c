using System.Threading.Tasks.Sources;
using BenchmarkDotNet.Attributes;

namespace Portolan.Bench.Resilience.Pipelines;

/// <summary>
/// The same with a callback that completes after the call was handed out, as with real I/O. The callback returns a task of
/// one reusable source, which the benchmark completes itself, on this very thread: both sides suspend and resume exactly
/// once, and no thread pool is measured.
/// </summary>
public class LaterPath : IValueTaskSource<string>, IValueTaskSource<Polly.Outcome<string>>
{
    private ManualResetValueTaskSourceCore<string> value;
    private ManualResetValueTaskSourceCore<Polly.Outcome<string>> outcome;
    private Portolan.Resilience.ResiliencePipeline<string> ours = null!;
    private Polly.ResiliencePipeline<string> polly = null!;

    public static IEnumerable<string> Cases => OurPipelines.All.Keys.Select(name => $"{name}, later");

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        ours = OurPipelines.Build(Case.Replace(", later", "", StringComparison.Ordinal));
        polly = PollyPipelines.Build(Case.Replace(", later", "", StringComparison.Ordinal));
    }

    [Benchmark]
    public string Ours()
    {
        value.Reset();
        var pending = ours.TryExecuteAsync(static (_, self) => new ValueTask<string>(self, self.value.Version), this);
        value.SetResult("answer");
        return pending.Completed().Value!;
    }

    [Benchmark(Baseline = true)]
    public string Peer()
    {
        outcome.Reset();
        var context = Polly.ResilienceContextPool.Shared.Get();
        var pending = polly.ExecuteOutcomeAsync(static (_, self) => new ValueTask<Polly.Outcome<string>>(self, self.outcome.Version), context, this);
        outcome.SetResult(Polly.Outcome.FromResult("answer"));
        var result = pending.Completed().Result!;
        Polly.ResilienceContextPool.Shared.Return(context);
        return result;
    }

    string IValueTaskSource<string>.GetResult(short token) => value.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<string>.GetStatus(short token) => value.GetStatus(token);

    void IValueTaskSource<string>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        value.OnCompleted(continuation, state, token, flags);

    Polly.Outcome<string> IValueTaskSource<Polly.Outcome<string>>.GetResult(short token) => outcome.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Polly.Outcome<string>>.GetStatus(short token) => outcome.GetStatus(token);

    void IValueTaskSource<Polly.Outcome<string>>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        outcome.OnCompleted(continuation, state, token, flags);
}
