using Portolan.Resilience.Retry;
using Portolan.Resilience.Timeouts;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Retry;

/// <summary>A pipeline with retries around a script of outcomes, on a clock that stands still; chance is always one half.</summary>
internal sealed class RetryRig
{
    private readonly Queue<Func<Outcome<Answer>>> script = [];
    private readonly ResiliencePipeline<Answer> pipeline;

    public RetryRig(
        RetryOptions? options = null, RetryBudget? budget = null, Func<Outcome<Answer>, TimeSpan?>? retryAfter = null, TimeSpan? total = null, PipelineScope? scope = null)
    {
        Scope = scope ?? new PipelineScope("inventory", Clock, new FixedRandom(0.5), Events.Add);
        var builder = new ResiliencePipelineBuilder<Answer>(Scope);
        if (total is { } timeout)
        {
            builder.AddTotalTimeout(timeout);
        }

        pipeline = builder.AddRetry(options, budget, retryAfter).Add(new Script(this)).Build();
    }

    public VirtualClock Clock { get; } = new();

    public PipelineScope Scope { get; }

    public List<ResilienceEvent> Events { get; } = [];

    /// <summary>When each attempt was made, since the start of the clock.</summary>
    public List<(int Attempt, TimeSpan At)> Attempts { get; } = [];

    public RetryRig Then(Outcome<Answer> outcome, int times = 1)
    {
        for (var time = 0; time < times; time++)
        {
            script.Enqueue(() => outcome);
        }

        return this;
    }

    public RetryRig Then(Func<Outcome<Answer>> outcome)
    {
        script.Enqueue(outcome);
        return this;
    }

    public Task<Outcome<Answer>> RunAsync(CallOptions options = default, CancellationToken cancellationToken = default) =>
        pipeline.TryExecuteAsync(static (_, _) => ValueTask.FromResult(new Answer(0)), 0, options, cancellationToken).AsTask();

    /// <summary>Runs, and lets each wait pass as soon as it has begun.</summary>
    public async Task<Outcome<Answer>> RunToEndAsync(CallOptions options = default)
    {
        var running = RunAsync(options);
        while (!running.IsCompleted)
        {
            Clock.Advance(Events[^1].Wait);
        }

        return await running;
    }

    private sealed class Script(RetryRig rig) : ResilienceStrategy<Answer>
    {
        private readonly DateTimeOffset start = rig.Clock.GetUtcNow();

        public override StrategyKind Kind => StrategyKind.Custom;

        public override ValueTask<Outcome<Answer>> ExecuteAsync(ResilienceCall<Answer> call)
        {
            rig.Attempts.Add((call.Attempt, rig.Clock.GetUtcNow() - start));
            return new(rig.script.Dequeue()());
        }
    }
}

internal sealed class Answer(int status) : IDisposable
{
    public int Status => status;

    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;
}
