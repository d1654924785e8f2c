using Portolan.Resilience.Execution;
using Portolan.Resilience.Shedding;

namespace Portolan.Resilience.Concurrency;

/// <summary>Lets a call run when the limit allows it, and tells the limit how long it took.</summary>
internal sealed class AdaptiveConcurrencyStrategy<T>(AdaptiveConcurrency concurrency, PriorityShares? shares) : ResilienceStrategy<T>
{
    private readonly Continuation<T, (ResilienceCall<T> Call, long Started)> later = new((entered, outcome) =>
    {
        concurrency.Leave(entered.Started, entered.Call.Timestamp, outcome.Verdict);
        return new(outcome);
    });

    public override StrategyKind Kind => StrategyKind.AdaptiveConcurrency;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        if (!concurrency.TryEnter(shares?.Of(call.Options.Priority) ?? 1))
        {
            call.Scope.Report("adaptive-concurrency", "load-shed", call.Attempt, TimeSpan.Zero, concurrency.Rejection.Reason);
            return new(Outcome<T>.Of(concurrency.Rejection));
        }

        var started = call.Timestamp;
        var pending = Next.ExecuteAsync(call);
        if (!pending.IsCompletedSuccessfully)
        {
            return later.After(pending, (call, started));
        }

        // What ends at once went nowhere.
        concurrency.Leave();
        return pending;
    }

    public override string ToString() => $"{concurrency}";
}
