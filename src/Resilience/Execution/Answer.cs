using System.Runtime.CompilerServices;

namespace Portolan.Resilience.Execution;

/// <summary>The callback's answer that comes later. A call has one, as it has one attempt under way.</summary>
internal sealed class Answer<T> : Promise<T>
{
    private readonly ResilienceCall<T> call;
    private readonly Action answered;
    private CallbackStrategy<T>? strategy;
    private ExecutionContext? context;
    private ConfiguredValueTaskAwaitable<T>.ConfiguredValueTaskAwaiter awaiter;

    public Answer(ResilienceCall<T> call)
    {
        this.call = call;
        answered = Answered;
    }

    // Kept out of what calls it: its temporaries would be zeroed in every call that ends at once.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<Outcome<T>> Await(CallbackStrategy<T> judge, ValueTask<T> pending)
    {
        strategy = judge;

        // Here, and once for the whole chain: what comes after runs from within this one.
        context = ExecutionContext.Capture();
        var waiting = pending.ConfigureAwait(false).GetAwaiter();
        awaiter = waiting;
        waiting.UnsafeOnCompleted(answered);
        return Promised;
    }

    protected override void Taken()
    {
    }

    private void Answered()
    {
        // Mostly it is here already: whoever answers runs in the context it was called in.
        if (context is null || context == ExecutionContext.Capture())
        {
            End();
            return;
        }

        ExecutionContext.Run(context, static answer => ((Answer<T>)answer!).End(), this);
    }

    private void End()
    {
        Outcome<T> outcome;
        try
        {
            outcome = strategy!.Judge(awaiter.GetResult());
        }
        catch (Exception exception)
        {
            outcome = strategy!.Judge(exception, call);
        }

        awaiter = default;
        context = null;
        call.TimePassed();
        Keep(outcome);
    }
}
