using System.Threading.Tasks.Sources;

namespace Portolan.Resilience.Execution;

/// <summary>
/// An outcome that comes later, and is taken once; then the object is used for another. It does what an async method's
/// object does, without its price at every step of a chain: no context is captured and restored, nothing is looked up.
/// </summary>
internal abstract class Promise<T> : IValueTaskSource<Outcome<T>>
{
    private ManualResetValueTaskSourceCore<Outcome<T>> source;

    protected ValueTask<Outcome<T>> Promised => new(this, source.Version);

    protected short Version => source.Version;

    public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);

    public Outcome<T> GetResult(short token)
    {
        var outcome = source.GetResult(token);
        source.Reset();
        Taken();
        return outcome;
    }

    /// <summary>The last thing to do: who waits goes on from within, and the object may be in use again on return.</summary>
    protected void Keep(in Outcome<T> outcome) => source.SetResult(outcome);

    /// <summary>From now on it may be used again.</summary>
    protected abstract void Taken();
}
