using Portolan.Resilience.Execution;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Execution;

public sealed class ContinuationTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private static readonly AsyncLocal<string?> Ambient = new();
    private readonly PipelineScope scope = new("inventory", new VirtualClock(), Random.Shared);

    [Fact]
    public async Task What_comes_after_gets_its_own_state_and_outcome_however_calls_overlap()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope).Add(new Adding(1)).Add(new Adding(10)).Add(new Adding(100)).Build();
        var gates = Enumerable.Range(0, 50).Select(_ => new TaskCompletionSource<int>()).ToArray();
        var calls = gates.Select(gate => pipeline.ExecuteAsync(static (_, gate) => new ValueTask<int>(gate.Task), gate, default, Token).AsTask()).ToArray();

        foreach (var (index, gate) in gates.Index().Reverse())
        {
            gate.SetResult(1_000 * index);
            Assert.Equal((1_000 * index) + 111, await calls[index]);
        }
    }

    [Fact]
    public async Task Calls_of_many_threads_never_get_each_others_outcomes()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope).Add(new Adding(1)).Add(new Adding(10)).Build();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(
            async () =>
            {
                for (var call = 0; call < 2_000; call++)
                {
                    var number = (worker * 1_000_000) + (call * 100);
                    Assert.Equal(number + 11, await pipeline.ExecuteAsync(static async (_, number) => { await Task.Yield(); return number; }, number, default, Token));
                }
            },
            Token)));
    }

    [Fact]
    public async Task What_comes_after_may_complete_later_too()
    {
        var more = new TaskCompletionSource();
        var pipeline = new ResiliencePipelineBuilder<int>(scope).Add(new Adding(1)).Add(new Waiting(more.Task)).Build();
        var gate = new TaskCompletionSource<int>();
        var call = pipeline.ExecuteAsync(static (_, gate) => new ValueTask<int>(gate.Task), gate, default, Token);

        gate.SetResult(5);
        Assert.False(call.IsCompleted);
        more.SetResult();
        Assert.Equal(6, await call);
    }

    [Fact]
    public async Task An_exception_that_comes_later_reaches_the_caller_as_it_was_and_an_outcome_holds_it()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope).Add(new Adding(1)).Build();
        var thrown = new InvalidOperationException("broken");
        var first = new TaskCompletionSource<int>();
        var second = new TaskCompletionSource<int>();
        var throwing = pipeline.ExecuteAsync(static (_, gate) => new ValueTask<int>(gate.Task), first, default, Token);
        var holding = pipeline.TryExecuteAsync(static (_, gate) => new ValueTask<int>(gate.Task), second, default, Token);

        first.SetException(thrown);
        second.SetException(thrown);

        Assert.True(throwing.IsFaulted);
        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidOperationException>(async () => await throwing));
        Assert.True(holding.IsCompletedSuccessfully);
        Assert.Same(thrown, (await holding).Exception);
    }

    [Fact]
    public async Task A_strategy_that_throws_all_the_same_ends_the_call()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope).Add(new Adding(1)).Add(new Throwing()).Build();

        var outcome = await pipeline.TryExecuteAsync(static (_, _) => ValueTask.FromResult(1), 0, default, Token);

        Assert.IsType<FormatException>(outcome.Exception);
    }

    [Fact]
    public async Task A_verdict_that_throws_is_a_failure()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope) { ExceptionVerdict = _ => throw new FormatException() }.Build();

        var outcome = await pipeline.TryExecuteAsync(static async (_, _) => { await Task.Yield(); throw new TimeoutException(); }, 0, default, Token);

        Assert.Equal(Verdict.Failure, outcome.Verdict);
        Assert.IsType<TimeoutException>(outcome.Exception);
    }

    [Fact]
    public async Task What_comes_after_runs_in_the_callers_context_whoever_completes_the_call()
    {
        var seen = new List<string?>();
        var pipeline = new ResiliencePipelineBuilder<int>(scope).Add(new Adding(1) { Then = () => seen.Add(Ambient.Value) }).Build();
        var gate = new TaskCompletionSource<int>();
        Ambient.Value = "caller";
        var call = pipeline.ExecuteAsync(static (_, gate) => new ValueTask<int>(gate.Task), gate, default, Token);

        using (ExecutionContext.SuppressFlow())
        {
            new Thread(() => gate.SetResult(1)).Start();
        }

        await call;
        Assert.Equal(["caller"], seen);
    }

    [Fact]
    public void A_call_that_ends_later_allocates_nothing()
    {
        var pipeline = new ResiliencePipelineBuilder<int>(scope).Add(new Adding(1)).Add(new Adding(10)).Build();
        var source = new ManualSource();
        var sum = 0;
        Repeat(100);
        sum = 0;

        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat(1_000);

        // Not nothing to the byte: the thread may move to another processor and find an empty place there.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000);
        Assert.Equal(1_000 * (1 + 11), sum);

        void Repeat(int times)
        {
            for (var time = 0; time < times; time++)
            {
                var pending = pipeline.TryExecuteAsync(static (_, source) => source.Begin(), source, default, Token);
                source.End(1);
                sum += pending.IsCompleted ? pending.Result.Value : -1;
            }
        }
    }

    private sealed class Adding : ResilienceStrategy<int>
    {
        private readonly Continuation<int, int> later;
        private readonly int number;

        public Adding(int number)
        {
            this.number = number;
            later = new((state, outcome) =>
            {
                Then();
                return new(outcome.HasValue ? Outcome<int>.Of(outcome.Value + state, outcome.Verdict) : outcome);
            });
        }

        public Action Then { get; init; } = static () => { };

        public override StrategyKind Kind => StrategyKind.Custom;

        public override ValueTask<Outcome<int>> ExecuteAsync(ResilienceCall<int> call) => later.After(Next.ExecuteAsync(call), number);
    }

    private sealed class Waiting(Task more) : ResilienceStrategy<int>
    {
        private readonly Continuation<int, Task> later = new(static async (more, outcome) =>
        {
            await more;
            return outcome;
        });

        public override StrategyKind Kind => StrategyKind.Custom;

        public override ValueTask<Outcome<int>> ExecuteAsync(ResilienceCall<int> call) => later.After(Next.ExecuteAsync(call), more);
    }

    private sealed class Throwing : ResilienceStrategy<int>
    {
        public override StrategyKind Kind => StrategyKind.Custom;

        public override async ValueTask<Outcome<int>> ExecuteAsync(ResilienceCall<int> call)
        {
            await Task.Yield();
            throw new FormatException();
        }
    }
}
