using Portolan.Resilience.Execution;

namespace Portolan.Resilience.Fallback;

/// <summary>Another answer in place of one that is no good.</summary>
internal sealed class FallbackStrategy<T> : ResilienceStrategy<T>
{
    private const string Name = "fallback";

    private readonly FallbackOptions<T> options;
    private readonly string given;
    private readonly Continuation<T, ResilienceCall<T>> later;

    public FallbackStrategy(FallbackOptions<T> options)
    {
        OptionErrors.ThrowIfAny(nameof(FallbackOptions<>), options.Validate());
        this.options = options;
        given = $"fallback-{FallbackMeta.Word(options.Kind)}";
        later = new(EndAsync);
    }

    public override StrategyKind Kind => StrategyKind.Fallback;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        var pending = Next.ExecuteAsync(call);
        return pending.IsCompletedSuccessfully ? EndAsync(call, pending.Result) : later.After(pending, call);
    }

    public override string ToString() => $"fallback {FallbackMeta.Word(options.Kind)}";

    private ValueTask<Outcome<T>> EndAsync(ResilienceCall<T> call, Outcome<T> outcome) =>
        Applies(call, outcome) ? AnswerAsync(call, outcome) : new(outcome);

    private bool Applies(ResilienceCall call, in Outcome<T> outcome)
    {
        try
        {
            return options.Applies(outcome) && !call.CancellationToken.IsCancellationRequested;
        }
        catch (Exception)
        {
            // A predicate that fails has not said that it applies.
            return false;
        }
    }

    // The fallback runs on a fork: one that outlasts its time keeps it, and the call goes back to its caller.
    private async ValueTask<Outcome<T>> AnswerAsync(ResilienceCall<T> call, Outcome<T> outcome)
    {
        var time = new CancellationTokenSource(options.Timeout, call.Scope.Clock);
        var either = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, time.Token);
        var fork = call.Fork(either.Token);
        var answering = RunAsync(outcome, fork);
        var wanted = false;
        try
        {
            var answer = await answering.WaitAsync(either.Token);
            wanted = true;
            if (outcome.HasValue && !ReferenceEquals(outcome.Value, answer))
            {
                outcome.Discard();
            }

            call.Scope.Report(Name, given, call.Attempt, TimeSpan.Zero, FallbackMeta.Because(outcome));
            return Outcome<T>.Of(answer);
        }
        catch (Exception exception)
        {
            call.Scope.Report(Name, "fallback-failed", call.Attempt, TimeSpan.Zero, time.IsCancellationRequested ? "It took too long." : exception.GetType().Name);
            return outcome;
        }
        finally
        {
            call.TimePassed();
            _ = EndAsync(answering, fork, time, either, wanted);
        }
    }

    // A task of its own, so that what it throws before its first wait is also in it.
    private async Task<T> RunAsync(Outcome<T> outcome, ResilienceCall<T> fork) => await options.Answer(outcome, fork);

    private static async Task EndAsync(Task<T> answering, ResilienceCall<T> fork, CancellationTokenSource time, CancellationTokenSource either, bool wanted)
    {
        try
        {
            var late = await answering;
            if (!wanted)
            {
                Outcome<T>.Of(late).Discard();
            }
        }
        catch (Exception)
        {
            // Reported already; here it is only seen to its end.
        }

        fork.Release();
        either.Dispose();
        time.Dispose();
    }
}
