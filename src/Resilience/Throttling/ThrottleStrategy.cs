using System.Runtime.CompilerServices;

namespace Portolan.Resilience.Throttling;

internal sealed class ThrottleStrategy<T>(Throttle throttle, PipelineScope scope, Func<CallOptions, int>? permits) : ResilienceStrategy<T>
{
    private const string Name = "throttle";

    // Timestamps of one clock say nothing to another.
    private readonly Throttle throttle = throttle.Clock == scope.Clock
        ? throttle
        : throw new ArgumentException($"The throttle's limiter has another clock than the pipeline '{scope.Name}'; give both the same.", nameof(throttle));

    public override StrategyKind Kind => StrategyKind.Throttle;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        try
        {
            var cost = permits is null ? 1 : Math.Max(0, permits(call.Options));
            if (!throttle.TryPass(call.Timestamp, cost))
            {
                return WaitAsync(call, cost);
            }
        }
        catch (Exception exception)
        {
            // The caller's own price list: no failure of the one that was to be called.
            return new(Outcome<T>.Of(exception, Verdict.Neutral));
        }

        return Next.ExecuteAsync(call);
    }

    public override string ToString() => $"throttle ({throttle})";

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<T>> WaitAsync(ResilienceCall<T> call, int cost)
    {
        Turn turn;
        try
        {
            turn = await throttle.WaitAsync(call.Options.Priority, cost, call.CancellationToken);
        }
        catch (OperationCanceledException cancelled)
        {
            return Outcome<T>.Of(cancelled, Verdict.Neutral);
        }

        var since = call.Timestamp;
        call.TimePassed();
        if (turn != Turn.Came)
        {
            return Outcome<T>.Of(Reject(call, turn));
        }

        call.Scope.Report(Name, "delayed", call.Attempt, call.Scope.Clock.GetElapsedTime(since, call.Timestamp), throttle.Name);
        return await Next.ExecuteAsync(call);
    }

    private Rejection Reject(ResilienceCall<T> call, Turn turn)
    {
        TimeSpan? wait = turn is Turn.NeverComes or Turn.Closed ? null : throttle.RetryAfter();
        call.Scope.Report(Name, "throttled", call.Attempt, wait ?? default, throttle.Name);
        return new Rejection(RejectionKind.RateLimited, throttle.Name, Reason(turn)) { Wait = wait };
    }

    private string Reason(Turn turn) => turn switch
    {
        Turn.QueueFull => $"The line of '{throttle.Name}' is full of calls that are at least as important.",
        Turn.Displaced => $"A more important call took the place in the full line of '{throttle.Name}'.",
        Turn.WaitedTooLong => $"The turn did not come within the longest wait of '{throttle.Name}'.",
        Turn.NeverComes => $"The call costs more than '{throttle.Name}' ever has at once.",
        _ => $"'{throttle.Name}' is closed: the service is stopping.",
    };
}
