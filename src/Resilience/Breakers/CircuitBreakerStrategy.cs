using Portolan.Resilience.Execution;

namespace Portolan.Resilience.Breakers;

/// <summary>Lets calls pass a breaker; which one may be chosen for each call.</summary>
internal sealed class CircuitBreakerStrategy<T> : ResilienceStrategy<T>
{
    private readonly CircuitBreaker? only;
    private readonly Func<ResilienceCall, CircuitBreaker>? choose;
    private readonly Continuation<T, (ResilienceCall<T> Call, CircuitBreaker Breaker, BreakerEntry Entry)> later = new(static (entered, outcome) =>
    {
        entered.Breaker.Exit(entered.Entry, outcome.Verdict, entered.Call.Timestamp);
        return new(outcome);
    });

    public CircuitBreakerStrategy(CircuitBreaker only) => this.only = only;

    public CircuitBreakerStrategy(Func<ResilienceCall, CircuitBreaker> choose) => this.choose = choose;

    public override StrategyKind Kind => StrategyKind.CircuitBreaker;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        var breaker = only;
        if (breaker is null && !TryChoose(call, out breaker, out var failed))
        {
            return new(failed);
        }

        if (!breaker!.TryEnter(call.Timestamp, out var entry))
        {
            call.Scope.Report(breaker.Name, "circuit-rejected", call.Attempt);
            return new(Outcome<T>.Of(entry.Refusal!));
        }

        var pending = Next.ExecuteAsync(call);
        if (!pending.IsCompletedSuccessfully)
        {
            return later.After(pending, (call, breaker, entry));
        }

        var outcome = pending.Result;
        if (breaker.IsTimed)
        {
            call.TimePassed();
        }

        breaker.Exit(entry, outcome.Verdict, call.Timestamp);
        return new(outcome);
    }

    public override string ToString() => only is null ? "circuit breaker of each target" : $"circuit breaker '{only.Name}'";

    // The user's choice may throw, the chain may not.
    private bool TryChoose(ResilienceCall<T> call, out CircuitBreaker? breaker, out Outcome<T> failed)
    {
        try
        {
            breaker = choose!(call);
            failed = default;
            return true;
        }
        catch (Exception exception)
        {
            breaker = null;
            failed = Outcome<T>.Of(exception, Verdict.Neutral);
            return false;
        }
    }
}
