using System.Runtime.CompilerServices;
using Portolan.Resilience.Execution;

namespace Portolan.Resilience.Retry;

/// <summary>
/// Repeats what failed while attempts, budget and time last. Rejections by our own strategies are neutral and so never
/// repeated: not into an open circuit, a used up limit or a full bulkhead.
/// </summary>
internal sealed class RetryStrategy<T> : ResilienceStrategy<T>
{
    private const string Name = "retry";

    private readonly RetryOptions options;
    private readonly RetryBudget? budget;
    private readonly Func<Outcome<T>, TimeSpan?>? retryAfter;
    private readonly Continuation<T, ResilienceCall<T>> later;

    public RetryStrategy(RetryOptions options, RetryBudget? budget, Func<Outcome<T>, TimeSpan?>? retryAfter)
    {
        OptionErrors.ThrowIfAny(nameof(RetryOptions), options.Validate());
        this.options = options;
        this.budget = budget;
        this.retryAfter = retryAfter;
        later = new(EndAsync);
    }

    public override StrategyKind Kind => StrategyKind.Retry;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        var pending = Next.ExecuteAsync(call);
        return pending.IsCompletedSuccessfully ? EndAsync(call, pending.Result) : later.After(pending, call);
    }

    public override string ToString() => $"retry {options}";

    private ValueTask<Outcome<T>> EndAsync(ResilienceCall<T> call, Outcome<T> outcome)
    {
        if (outcome.Verdict == Verdict.Success)
        {
            budget?.Success(call);
            return new(outcome);
        }

        return IsWorthRepeating(call, outcome) ? RepeatAsync(call, new(outcome)) : new(outcome);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<T>> RepeatAsync(ResilienceCall<T> call, ValueTask<Outcome<T>> pending)
    {
        var delay = TimeSpan.Zero;
        while (true)
        {
            var outcome = await pending;
            if (outcome.Verdict == Verdict.Success)
            {
                budget?.Success(call);
                return outcome;
            }

            if (!IsWorthRepeating(call, outcome))
            {
                return outcome;
            }

            budget?.Failure(call);
            delay = options.FailoverAtOnce && call.Attempt == 1 && call.HasOtherTargets && outcome.Verdict == Verdict.Unreached
                ? TimeSpan.Zero
                : options.Delay(call.Attempt, delay, call.Scope.Random.NextDouble());
            var asked = retryAfter?.Invoke(outcome) ?? outcome.Rejection?.RetryAfter ?? TimeSpan.Zero;
            var wait = asked > delay ? asked : delay;
            if (!MayRepeat(call, outcome.Verdict, asked, wait))
            {
                return outcome;
            }

            call.Scope.Report(Name, "retry", call.Attempt, wait, Words(outcome));
            outcome.Discard();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, call.Scope.Clock, call.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                call.TimePassed();
            }

            if (call.CancellationToken.IsCancellationRequested)
            {
                return Outcome<T>.Of(new OperationCanceledException(call.CancellationToken), Verdict.Neutral);
            }

            call.Attempt++;
            pending = Next.ExecuteAsync(call);
        }
    }

    private static bool IsWorthRepeating(ResilienceCall<T> call, in Outcome<T> outcome) =>
        outcome.Verdict >= (call.Options.Once ? Verdict.Unreached : Verdict.Throttled) && !call.CancellationToken.IsCancellationRequested;

    // The budget comes last: what it gives is spent.
    private bool MayRepeat(ResilienceCall<T> call, Verdict verdict, TimeSpan asked, TimeSpan wait)
    {
        var attempts = call.Options.MaximumAttempts is > 0 and var own ? own : options.MaximumAttempts;
        var most = verdict == Verdict.Unreached && call.HasOtherTargets ? Math.Max(attempts, options.ConnectAttempts) : attempts;
        var why = call.Attempt >= most ? $"All {call.Attempt} attempts failed."
            : asked > options.MaximumRetryAfter ? $"It asked for a wait of {asked}, over {options.MaximumRetryAfter}."
            : call.Remaining is var left && wait >= left ? $"A wait of {wait} does not fit into the {left} that are left."
            : null;
        if (why is not null)
        {
            call.Scope.Report(Name, "retries-exhausted", call.Attempt, wait, why);
            return false;
        }

        if (budget?.TryTake(call) == false)
        {
            call.Scope.Report(Name, "retry-budget-spent", call.Attempt, TimeSpan.Zero, $"The budget of {budget} is spent.");
            return false;
        }

        return true;
    }

    // What kind of failure it was; a message could carry what belongs into no metric or log.
    private static string Words(in Outcome<T> outcome) =>
        outcome.Rejection?.Reason ?? $"{(outcome.Exception is { } exception ? exception.GetType().Name : outcome.Verdict)}.";
}
