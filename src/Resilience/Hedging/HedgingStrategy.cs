using System.Runtime.CompilerServices;
using Portolan.Resilience.Execution;
using Portolan.Resilience.Latency;
using Portolan.Resilience.Retry;

namespace Portolan.Resilience.Hedging;

/// <summary>
/// Runs every attempt, the first too, on a fork of the call. So whichever attempt loses, the call itself can be given back to
/// the caller at once, and the loser keeps its own fork until nothing runs in it any more.
/// </summary>
internal sealed class HedgingStrategy<T> : ResilienceStrategy<T>
{
    public const string Name = "hedging";
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly HedgingOptions options;
    private readonly RetryBudget budget;
    private readonly bool reports;
    private readonly LatencyWindow? latency;
    private readonly Pool<HedgeAttempt<T>> attempts = new();

    /// <param name="scope">The pipeline's.</param>
    /// <param name="options">When and how many.</param>
    /// <param name="budget">What hedges may add.</param>
    /// <param name="reports">True when nobody else tells the budget how calls end: a retry outside of it would.</param>
    public HedgingStrategy(PipelineScope scope, HedgingOptions options, RetryBudget budget, bool reports)
    {
        OptionErrors.ThrowIfAny(nameof(HedgingOptions), options.Validate());
        this.options = options;
        this.budget = budget;
        this.reports = reports;
        latency = options.Measures ? new LatencyWindow(scope.Clock, options.Window) : null;
    }

    public override StrategyKind Kind => StrategyKind.Hedging;

    public int MaximumAttempts => options.MaximumAttempts;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        if (call.Options.Once)
        {
            return Next.ExecuteAsync(call);
        }

        var attempt = attempts.Rent(out var place) ?? new HedgeAttempt<T>(call.Scope.Clock, place);
        attempt.Start(call, Next, call.Attempt, call.Target);
        return attempt.HasEnded && !StartsNext(call, attempt.Outcome) ? new(Finish(call, attempt)) : WaitAsync(call, attempt);
    }

    public override string ToString() => options.ToString();

    /// <summary>True when it is the answer: what failed or asked for less is not, nor is what one of our strategies refused.</summary>
    public static bool Wins(in Outcome<T> outcome) =>
        outcome.Verdict == Verdict.Success || (outcome.Verdict == Verdict.Neutral && outcome.HasValue);

    /// <summary>True when the next attempt need not wait any longer. Who asks for less is not answered with more.</summary>
    public bool StartsNext(ResilienceCall<T> call, in Outcome<T> outcome) =>
        outcome.IsFailure && options.MaximumAttempts > 1 && !call.CancellationToken.IsCancellationRequested;

    /// <summary>How long the one before may take: as measured, though never less than timers can tell from nothing.</summary>
    public TimeSpan Delay(long now) =>
        latency?.Percentile(now, options.Percentile!.Value, options.MinimumSamples) is not { } measured ? options.Delay
        : measured < Shortest ? Shortest : measured;

    /// <summary>True when one more may start; says why not.</summary>
    public bool MayStart(ResilienceCall<T> call, int number, TimeSpan delay)
    {
        if (!budget.TryTake(call))
        {
            call.Scope.Report(Name, "hedge-budget-spent", number, TimeSpan.Zero, $"The budget of {budget} is spent.");
            return false;
        }

        call.Scope.Report(Name, "hedge", number, delay);
        return true;
    }

    /// <summary>An attempt, as it starts.</summary>
    public HedgeAttempt<T> Start(ResilienceCall<T> call, int number, object? before)
    {
        var attempt = attempts.Rent(out var place) ?? new HedgeAttempt<T>(call.Scope.Clock, place);
        attempt.Start(call, Next, call.Attempt + number - 1, before);
        attempt.Watch();
        return attempt;
    }

    /// <summary>
    /// Counts how long an attempt took that brought the answer, or has taken that is cancelled: without those the measured
    /// delay would shrink, and more and more calls be hedged. What failed says nothing of how long an answer takes.
    /// </summary>
    public void Measure(ResilienceCall<T> call, HedgeAttempt<T> attempt) =>
        latency?.Record(call.Timestamp, call.Scope.Clock.GetElapsedTime(attempt.Started, call.Timestamp));

    /// <summary>Gives an attempt back that has ended, and takes its outcome for the call's.</summary>
    public Outcome<T> Finish(ResilienceCall<T> call, HedgeAttempt<T> attempt)
    {
        var outcome = attempt.Outcome;
        call.Target = attempt.Call.Target;
        Return(call, attempt);
        if (reports && outcome.Verdict == Verdict.Success)
        {
            budget.Success(call);
        }
        else if (reports && outcome.IsFailure)
        {
            budget.Failure(call);
        }

        return outcome;
    }

    /// <summary>Gives an attempt back that has ended.</summary>
    public void Return(ResilienceCall<T> call, HedgeAttempt<T> attempt)
    {
        if (attempt.Release(call.CancellationToken))
        {
            attempts.Return(attempt, attempt.Place);
        }
        else
        {
            attempt.Dispose();
        }
    }

    /// <summary>Tells the budget of a failure that leads to another attempt, as who asks it for one must.</summary>
    public void Failed(ResilienceCall<T> call) => budget.Failure(call);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<T>> WaitAsync(ResilienceCall<T> call, HedgeAttempt<T> attempt)
    {
        var delay = options.MaximumAttempts > 1 ? Delay(attempt.Started) : Timeout.InfiniteTimeSpan;
        if (delay == TimeSpan.Zero)
        {
            attempt.Watch();
        }
        else if (!attempt.HasEnded)
        {
            await attempt.EndsWithinAsync(delay);
            call.TimePassed();
        }

        if (!attempt.HasEnded || StartsNext(call, attempt.Outcome))
        {
            return await new HedgeRace<T>(this, call, attempt, delay).RunAsync();
        }

        if (Wins(attempt.Outcome))
        {
            Measure(call, attempt);
        }

        return Finish(call, attempt);
    }
}
