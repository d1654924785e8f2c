using Portolan.Resilience.Execution;

namespace Portolan.Resilience.Bulkheads;

/// <summary>Lets a call run when the pool has a place for it.</summary>
/// <param name="find">The call's pool; null when there is none for it.</param>
/// <param name="words">For the chain.</param>
internal sealed class BulkheadStrategy<T>(Func<ResilienceCall, Bulkhead?> find, string words) : ResilienceStrategy<T>
{
    private const string Name = "bulkhead";
    private static readonly Rejection TooManyKeys = new(
        RejectionKind.BulkheadFull, Name, "Every bulkhead is in use, and this call's key has none: more keys at once than there may be pools.");

    private readonly Continuation<T, Bulkhead> later = new(static (bulkhead, outcome) =>
    {
        bulkhead.Leave();
        return new(outcome);
    });

    public override StrategyKind Kind => StrategyKind.Bulkhead;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        var bulkhead = find(call);
        return bulkhead is null || !bulkhead.TryEnter() ? QueueAsync(call, bulkhead) : RunAsync(call, bulkhead);
    }

    public override string ToString() => words;

    private ValueTask<Outcome<T>> RunAsync(ResilienceCall<T> call, Bulkhead bulkhead)
    {
        var pending = Next.ExecuteAsync(call);
        if (!pending.IsCompletedSuccessfully)
        {
            return later.After(pending, bulkhead);
        }

        bulkhead.Leave();
        return pending;
    }

    private async ValueTask<Outcome<T>> QueueAsync(ResilienceCall<T> call, Bulkhead? bulkhead)
    {
        for (; bulkhead is not null; bulkhead = find(call))
        {
            var entry = await bulkhead.EnterAsync(call.CancellationToken);
            call.TimePassed();
            if (entry == BulkheadEntry.Entered)
            {
                return await RunAsync(call, bulkhead);
            }

            if (entry == BulkheadEntry.Cancelled)
            {
                return Outcome<T>.Of(new OperationCanceledException(call.CancellationToken), Verdict.Neutral);
            }

            if (entry != BulkheadEntry.Retired)
            {
                return Refuse(call, Because(bulkhead, entry));
            }
        }

        return Refuse(call, TooManyKeys);
    }

    private static Rejection Because(Bulkhead bulkhead, BulkheadEntry entry) => entry switch
    {
        BulkheadEntry.TooLong => bulkhead.TooLongRejection,
        BulkheadEntry.Closed => bulkhead.ClosedRejection,
        _ => bulkhead.FullRejection,
    };

    private static Outcome<T> Refuse(ResilienceCall call, Rejection rejection)
    {
        call.Scope.Report(Name, "bulkhead-full", call.Attempt, TimeSpan.Zero, rejection.Reason);
        return Outcome<T>.Of(rejection);
    }
}
