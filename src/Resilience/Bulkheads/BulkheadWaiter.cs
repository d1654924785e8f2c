namespace Portolan.Resilience.Bulkheads;

/// <summary>A call in a bulkhead's queue. It goes on elsewhere than on the thread that left.</summary>
internal sealed class BulkheadWaiter : TaskCompletionSource<BulkheadEntry>
{
    // The longest that timers take; who waits longer waits for ever.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly Bulkhead bulkhead;

    public BulkheadWaiter(Bulkhead bulkhead)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        this.bulkhead = bulkhead;
        Node = new LinkedListNode<BulkheadWaiter>(this);
    }

    /// <summary>Its place in the queue; in no list when it does not wait any more.</summary>
    public LinkedListNode<BulkheadWaiter> Node { get; }

    public void GiveUp(BulkheadEntry entry) => bulkhead.GiveUp(this, entry);

    public ITimer? Start(TimeProvider clock, TimeSpan wait) => wait == Timeout.InfiniteTimeSpan || wait > Longest
        ? null
        : clock.CreateTimer(static waiter => ((BulkheadWaiter)waiter!).GiveUp(BulkheadEntry.TooLong), this, wait, Timeout.InfiniteTimeSpan);
}
