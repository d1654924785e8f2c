using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Portolan.Resilience.Execution;

/// <summary>What the caller gets of a call that ends later: the outcome, or the value and exceptions. Taking it gives the call back.</summary>
internal sealed class Ending<T> : Promise<T>, IValueTaskSource<T>
{
    private readonly ResilienceCall<T> call;
    private readonly Action ended;
    private ConfiguredValueTaskAwaitable<Outcome<T>>.ConfiguredValueTaskAwaiter awaiter;
    private bool throws;

    public Ending(ResilienceCall<T> call)
    {
        this.call = call;
        ended = End;
    }

    // Kept out of what calls it: its temporaries would be zeroed in every call that ends at once.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<Outcome<T>> AwaitOutcome(ValueTask<Outcome<T>> pending)
    {
        Await(pending);
        return Promised;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<T> AwaitValue(ValueTask<Outcome<T>> pending)
    {
        Await(pending);
        return new(this, Version);
    }

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) =>
        GetStatus(token) is var status && status == ValueTaskSourceStatus.Succeeded && throws ? ValueTaskSourceStatus.Faulted : status;

    T IValueTaskSource<T>.GetResult(short token) => GetResult(token).GetOrThrow();

    protected override void Taken() => call.Release();

    private void Await(ValueTask<Outcome<T>> pending)
    {
        var waiting = pending.ConfigureAwait(false).GetAwaiter();
        awaiter = waiting;
        waiting.UnsafeOnCompleted(ended);
    }

    private void End()
    {
        var outcome = Taking.From(ref awaiter);
        throws = !outcome.HasValue;
        Keep(outcome);
    }
}
