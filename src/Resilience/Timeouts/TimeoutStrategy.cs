using Portolan.Core.Deadlines;
using Portolan.Resilience.Execution;

namespace Portolan.Resilience.Timeouts;

/// <summary>
/// Cancels the rest of the chain when its time is over; what comes after that is a time-out, whatever it is. The outermost
/// time-out of a chain also keeps the ambient deadline. It does not run away from a callback that ignores its token.
/// </summary>
internal sealed class TimeoutStrategy<T> : ResilienceStrategy<T>
{
    private readonly TimeSpan timeout;
    private readonly long length;
    private readonly string name;
    private readonly TimeoutAdvice? advice;
    private readonly CountdownPool pool;
    private readonly Continuation<T, (ResilienceCall<T> Call, Countdown Countdown)> later;

    public TimeoutStrategy(PipelineScope scope, StrategyKind kind, TimeSpan timeout, TimeoutAdvice? advice)
    {
        Kind = kind;
        this.timeout = timeout;
        this.advice = advice;
        length = timeout == Timeout.InfiniteTimeSpan ? long.MaxValue / 2 : scope.Timestamps(timeout);
        name = OrderRules.Words(kind).ToLowerInvariant();
        pool = new CountdownPool(scope.Clock);
        later = new((started, outcome) => new(End(started.Call, started.Countdown, outcome)));
        OptionErrors.ThrowIfAny(
            name, new OptionErrors().Require(length > 0, $"The time is {timeout}; give more than zero, or {nameof(Timeout)}.{nameof(Timeout.InfiniteTimeSpan)} for none.").All);
    }

    public override StrategyKind Kind { get; }

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        var until = call.Timestamp + (Kind == StrategyKind.AttemptTimeout && call.Options.AttemptTimeout is { Ticks: > 0 } own ? call.Scope.Timestamps(own) : length);
        if (call.Due == long.MaxValue && Deadline.Current is { } ambient)
        {
            var remaining = ambient.Remaining;
            if (remaining == TimeSpan.Zero)
            {
                return new(Spent(call));
            }

            until = Math.Min(until, call.Timestamp + call.Scope.Timestamps(remaining));
        }

        // Without an own end, or with one outside that comes first, there is nothing to do here.
        if (until >= Math.Min(call.Due, long.MaxValue / 2))
        {
            return Next.ExecuteAsync(call);
        }

        var countdown = pool.Rent();
        countdown.Start(call, until);
        var pending = Next.ExecuteAsync(call);
        return pending.IsCompletedSuccessfully ? new(End(call, countdown, pending.Result)) : later.After(pending, (call, countdown));
    }

    public override string ToString() => timeout == Timeout.InfiniteTimeSpan ? $"{name} none" : $"{name} {timeout.TotalSeconds} s";

    private Outcome<T> End(ResilienceCall<T> call, Countdown countdown, in Outcome<T> outcome)
    {
        var own = call.CancellationToken;
        var began = countdown.Began;
        var struck = countdown.Stop(call, out var reusable);
        advice?.Ended(call, began, struck ? Verdict.Failure : outcome.Verdict, timeout);
        if (reusable)
        {
            pool.Return(countdown);
            return outcome;
        }

        countdown.Dispose();
        return struck ? TimedOut(call, began, outcome) : ForCaller(call, own, outcome);
    }

    private Outcome<T> TimedOut(ResilienceCall<T> call, long began, in Outcome<T> outcome)
    {
        outcome.Discard();
        call.TimePassed();
        var took = call.Scope.Clock.GetElapsedTime(began, call.Timestamp);
        var rejection = new Rejection(RejectionKind.TimedOut, name, $"No answer within {took.TotalMilliseconds:0} ms; the call was cancelled.");
        call.Scope.Report(name, "timed-out", call.Attempt, took, rejection.Reason);
        return Outcome<T>.Of(rejection);
    }

    // Who cancelled looks for the own token in the exception, not for one that never left the pipeline.
    private static Outcome<T> ForCaller(ResilienceCall<T> call, CancellationToken own, in Outcome<T> outcome) =>
        outcome.Exception is OperationCanceledException cancelled && cancelled.CancellationToken == own
            ? Outcome<T>.Of(new OperationCanceledException(cancelled.Message, cancelled, call.CancellationToken), Verdict.Neutral)
            : outcome;

    private Outcome<T> Spent(ResilienceCall<T> call)
    {
        var rejection = new Rejection(RejectionKind.DeadlineSpent, name, "The caller's deadline has passed; nothing was called.");
        call.Scope.Report(name, "deadline-spent", call.Attempt, TimeSpan.Zero, rejection.Reason);
        return Outcome<T>.Of(rejection);
    }
}
