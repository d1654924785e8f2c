namespace Portolan.Resilience.Execution;

/// <summary>The end of every chain: runs the callback, and is the one place where exceptions become outcomes and get their verdict.</summary>
internal sealed class CallbackStrategy<T>(Func<T, Verdict>? ofValue, Func<Exception, Verdict>? ofException) : ResilienceStrategy<T>
{
    public override StrategyKind Kind => StrategyKind.Call;

    public override ValueTask<Outcome<T>> ExecuteAsync(ResilienceCall<T> call)
    {
        // Nothing but the call inside of the try: what lives across its border lies in memory, and is copied.
        ValueTask<T> pending;
        try
        {
            pending = call.InvokeAsync();
        }
        catch (Exception exception)
        {
            return new(Judge(exception, call));
        }

        return pending.IsCompletedSuccessfully && ofValue is null ? new(Outcome<T>.Of(pending.Result)) : JudgeAsync(pending, call);
    }

    private ValueTask<Outcome<T>> JudgeAsync(ValueTask<T> pending, ResilienceCall<T> call)
    {
        if (!pending.IsCompleted)
        {
            return call.Answer.Await(this, pending);
        }

        try
        {
            return new(Judge(pending.Result));
        }
        catch (Exception exception)
        {
            return new(Judge(exception, call));
        }
    }

    public Outcome<T> Judge(T value) => Outcome<T>.Of(value, ofValue is null ? Verdict.Success : ofValue(value));

    // An inner pipeline's rejection stays one, so that no retry runs into its open circuit.
    public Outcome<T> Judge(Exception exception, ResilienceCall<T> call) => exception switch
    {
        OperationCanceledException when call.CancellationToken.IsCancellationRequested => Outcome<T>.Of(exception, Verdict.Neutral),
        RejectedException rejected => Outcome<T>.Of(rejected.Rejection),
        _ => Outcome<T>.Of(exception, VerdictOf(exception)),
    };

    public override string ToString() => "call";

    // Who cannot say what an exception means has not said that it means nothing.
    private Verdict VerdictOf(Exception exception)
    {
        try
        {
            return ofException is null ? Verdict.Failure : ofException(exception);
        }
        catch (Exception)
        {
            return Verdict.Failure;
        }
    }
}
