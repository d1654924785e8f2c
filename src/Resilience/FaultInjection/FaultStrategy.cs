using System.Runtime.CompilerServices;

namespace Portolan.Resilience.FaultInjection;

/// <summary>Holds calls up and fails them on purpose, in place of the one that is called.</summary>
internal sealed class FaultStrategy<T>(Faults faults, Func<ResilienceCall, bool>? matches, Func<ResilienceCall, Outcome<T>>? error) : ResilienceStrategy<T>
{
    public override StrategyKind Kind => StrategyKind.FaultInjection;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        if (!faults.Any)
        {
            return Next.ExecuteAsync(call);
        }

        FaultRule? rule;
        try
        {
            rule = matches is null || matches(call) ? faults.Strike() : null;
        }
        catch (Exception exception)
        {
            // The user's choice may throw, the chain may not.
            return new(Outcome<T>.Of(exception, Verdict.Neutral));
        }

        return rule is null ? Next.ExecuteAsync(call) : InjectAsync(call, rule);
    }

    public override string ToString() => "fault injection";

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<T>> InjectAsync(ResilienceCall<T> call, FaultRule rule)
    {
        call.Scope.Report(FaultProblems.Strategy, "fault-injected", call.Attempt, rule.Latency, rule.Name);
        if (rule.Latency > TimeSpan.Zero)
        {
            await Task.Delay(rule.Latency, call.Scope.Clock, call.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            call.TimePassed();
            if (call.CancellationToken.IsCancellationRequested)
            {
                return Outcome<T>.Of(new OperationCanceledException(call.CancellationToken), Verdict.Neutral);
            }
        }

        return rule.Error ? Fail(call, rule) : await Next.ExecuteAsync(call);
    }

    private Outcome<T> Fail(ResilienceCall<T> call, FaultRule rule)
    {
        try
        {
            return error is null ? Outcome<T>.Of(FaultProblems.RejectionOf(rule)) : error(call);
        }
        catch (Exception exception)
        {
            return Outcome<T>.Of(exception);
        }
    }
}
