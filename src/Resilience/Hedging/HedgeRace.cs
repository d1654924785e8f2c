namespace Portolan.Resilience.Hedging;

/// <summary>
/// A call that is hedged: the first has failed, or takes longer than it should. What follows may allocate.
/// <para>1. The next starts when one has failed, or when the delay has passed since the last start, while there may be more.</para>
/// <para>2. The first good answer wins. Who does not win is kept while others run: the last that says anything is the call's.</para>
/// <para>3. Those that still run are cancelled and left to themselves; each holds what it needs until its end.</para>
/// </summary>
internal sealed class HedgeRace<T>(HedgingStrategy<T> strategy, ResilienceCall<T> call, HedgeAttempt<T> first, TimeSpan delay)
{
    // Timers take no longer ones; for who waits so long it is the same.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly List<HedgeAttempt<T>> running = [first];
    private CancellationToken over;
    private Outcome<T>? kept;
    private Task? pause;
    private object? before;
    private int number = 1;
    private bool complete;

    public async ValueTask<Outcome<T>> RunAsync()
    {
        using var ending = new CancellationTokenSource();
        over = ending.Token;
        var outcome = await RaceAsync();
        await ending.CancelAsync();
        return outcome;
    }

    private async ValueTask<Outcome<T>> RaceAsync()
    {
        if (first.HasEnded)
        {
            Lose(first);
        }

        var starts = true;
        while (true)
        {
            if (starts)
            {
                TryStart();
            }

            if (running.Count == 0)
            {
                return kept!.Value;
            }

            var ended = await NextAsync();
            call.TimePassed();
            starts = ended is null || strategy.StartsNext(call, ended.Outcome);
            if (ended is not null && HedgingStrategy<T>.Wins(ended.Outcome))
            {
                return Win(ended);
            }

            Lose(ended);
        }
    }

    private void TryStart()
    {
        do
        {
            complete = complete || number == strategy.MaximumAttempts || call.CancellationToken.IsCancellationRequested || !strategy.MayStart(call, number + 1, delay);
            if (complete)
            {
                return;
            }

            number++;
            running.Add(strategy.Start(call, number, running.Count > 0 ? running[^1].Call.Target : before));
            pause = null;
        }
        while (delay == TimeSpan.Zero);
    }

    // One that ended, a winner before others; null: the delay has passed.
    private async ValueTask<HedgeAttempt<T>?> NextAsync()
    {
        if (Ended() is { } already)
        {
            return already;
        }

        var events = running.Select(attempt => attempt.EndAsync());
        if (!complete && delay >= TimeSpan.Zero && delay <= Longest)
        {
            pause ??= Task.Delay(delay, call.Scope.Clock, over);
            events = events.Append(pause);
        }

        await Task.WhenAny(events);
        pause = pause is { IsCompleted: true } ? null : pause;
        return Ended();
    }

    private HedgeAttempt<T>? Ended() =>
        running.Find(attempt => attempt.HasEnded && HedgingStrategy<T>.Wins(attempt.Outcome)) ?? running.Find(attempt => attempt.HasEnded);

    private Outcome<T> Win(HedgeAttempt<T> winner)
    {
        running.Remove(winner);
        foreach (var loser in running)
        {
            strategy.Measure(call, loser);
            _ = loser.AbandonAsync(call.CancellationToken);
        }

        Discard(kept);
        strategy.Measure(call, winner);
        if (winner != first)
        {
            call.Scope.Report(HedgingStrategy<T>.Name, "hedge-won", winner.Call.Attempt);
        }

        return strategy.Finish(call, winner);
    }

    private void Lose(HedgeAttempt<T>? loser)
    {
        if (loser is null)
        {
            return;
        }

        running.Remove(loser);
        var outcome = loser.Outcome;
        before = loser.Call.Target;
        if (outcome.IsFailure)
        {
            strategy.Failed(call);
        }

        // What one of our own strategies refused says less than any answer.
        if (kept is not { } known || known.Verdict == Verdict.Neutral || outcome.Verdict != Verdict.Neutral)
        {
            Discard(kept);
            kept = outcome;
            call.Target = before;
        }
        else
        {
            Discard(outcome);
        }

        strategy.Return(call, loser);
    }

    private static void Discard(Outcome<T>? outcome)
    {
        if (outcome is { } unwanted)
        {
            unwanted.Discard();
        }
    }
}
