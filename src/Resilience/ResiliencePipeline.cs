using Portolan.Resilience.Execution;

namespace Portolan.Resilience;

/// <summary>
/// Strategies around a call, in a fixed order; built by <see cref="ResiliencePipelineBuilder{T}"/> and safe for any number of
/// calls at once. <see cref="ToString"/> prints the chain.
/// </summary>
public sealed class ResiliencePipeline<T>
{
    private readonly PipelineScope scope;
    private readonly ResilienceStrategy<T> first;
    private readonly string chain;
    private readonly Pool<ResilienceCall> pool = new();

    internal ResiliencePipeline(PipelineScope scope, IReadOnlyList<ResilienceStrategy<T>> strategies)
    {
        this.scope = scope;
        first = strategies[0];
        chain = string.Join(" -> ", strategies);
    }

    /// <summary>Name of the pipeline, as metrics and events show it.</summary>
    public string Name => scope.Name;

    /// <summary>Runs the callback; its value or its exception, and for what a strategy ended a <see cref="RejectedException"/>.</summary>
    public ValueTask<T> ExecuteAsync(Func<CancellationToken, ValueTask<T>> callback, CancellationToken cancellationToken = default) =>
        ExecuteAsync(static (call, callback) => callback(call.CancellationToken), callback, default, cancellationToken);

    /// <summary>The same with a state, so that the callback can be static and nothing is allocated.</summary>
    public ValueTask<T> ExecuteAsync<TState>(
        Func<ResilienceCall, TState, ValueTask<T>> callback, TState state, CallOptions options = default, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        var pending = Begin(callback, state, options, cancellationToken, out var call);
        if (!pending.IsCompletedSuccessfully)
        {
            return call.Ending.AwaitValue(pending);
        }

        var outcome = pending.Result;
        call.Release();
        return new(outcome.GetOrThrow());
    }

    /// <summary>Runs the callback; never throws, everything is in the outcome.</summary>
    public ValueTask<Outcome<T>> TryExecuteAsync<TState>(
        Func<ResilienceCall, TState, ValueTask<T>> callback, TState state, CallOptions options = default, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new(Outcome<T>.Of(new OperationCanceledException(cancellationToken), Verdict.Neutral));
        }

        var pending = Begin(callback, state, options, cancellationToken, out var call);
        if (!pending.IsCompletedSuccessfully)
        {
            return call.Ending.AwaitOutcome(pending);
        }

        // Taken before the call goes to others: the outcome may lie in its promise.
        var outcome = pending.Result;
        call.Release();
        return new(outcome);
    }

    /// <summary>The chain from the outside in.</summary>
    public override string ToString() => $"{Name}: {chain}";

    private ValueTask<Outcome<T>> Begin<TState>(
        Func<ResilienceCall, TState, ValueTask<T>> callback, TState state, in CallOptions options, CancellationToken cancellationToken, out ResilienceCall<T> call)
    {
        call = ResilienceCall<T, TState>.Rent(scope, pool, callback, state);
        call.Begin(options, cancellationToken);
        return first.ExecuteAsync(call);
    }
}
