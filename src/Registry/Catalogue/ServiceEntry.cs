namespace Portolan.Registry.Catalogue;

/// <summary>The current state of a service, the order of its changes, and those who wait for the next one.</summary>
internal sealed class ServiceEntry(ServiceState state)
{
    private volatile ServiceState current = state;
    private volatile bool heardOf;
    private TaskCompletionSource changed = NewSignal();

    public ServiceState State => current;

    /// <summary>Completes at the next change. Take it before <see cref="State"/>, or a change may fall between the two.</summary>
    public Task Changed => Volatile.Read(ref changed).Task;

    /// <summary>True when an instance of it has spoken since this server started.</summary>
    public bool HeardOf => heardOf;

    /// <summary>Changes of one service are written one after the other, those of different services together.</summary>
    public SemaphoreSlim Writing { get; } = new(1, 1);

    public void Hear() => heardOf = true;

    public void Publish(ServiceState next)
    {
        current = next;
        Interlocked.Exchange(ref changed, NewSignal()).TrySetResult();
    }

    // Continuations elsewhere: a thousand watchers must not run on the thread of the one who registered.
    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
