namespace Portolan.Resilience.Throttling;

/// <summary>One call in the queue of a throttle.</summary>
internal sealed class Waiter(int priority, int permits, long since, long deadline)
    : TaskCompletionSource<Turn>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public int Priority { get; } = priority;

    public int Permits { get; } = permits;

    public long Since { get; } = since;

    public long Deadline { get; } = deadline;

    // Null when it stands in the queue no more.
    public LinkedListNode<Waiter>? Place { get; set; }
}
