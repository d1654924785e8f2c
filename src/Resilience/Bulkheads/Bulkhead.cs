namespace Portolan.Resilience.Bulkheads;

/// <summary>
/// One isolated pool: so many calls at once and so many that wait, first come first served. Pipelines that are given the
/// same pool share it. Entering and leaving takes one interlocked operation as long as nobody waits.
/// </summary>
public sealed class Bulkhead : IDisposable
{
    private const long OneQueued = 1L << 32;
    private const long Retired = -1;

    // Upper half: how many wait; lower half: how many are in. While anybody waits, all places are taken.
    private long state;
    private readonly Lock gate = new();
    private readonly LinkedList<BulkheadWaiter> queue = new();
    private readonly TimeProvider clock;
    private readonly BulkheadOptions options;
    private readonly KeyValuePair<string, object?> tag;
    private volatile int places;
    private volatile int queuePlaces;
    private volatile string[] users = [];

    /// <summary>A pool.</summary>
    /// <param name="name">What events, metrics and rejections call it.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="clock">Null: the system's.</param>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    public Bulkhead(string name, BulkheadOptions? options = null, TimeProvider? clock = null)
    {
        this.options = options ?? new BulkheadOptions();
        OptionErrors.ThrowIfAny(nameof(BulkheadOptions), this.options.Validate());
        Name = name;
        this.clock = clock ?? TimeProvider.System;
        tag = new("bulkhead", name);
        places = this.options.Concurrency;
        queuePlaces = places == 0 || this.options.Wait == TimeSpan.Zero ? 0 : this.options.QueueLength;
        FullRejection = Refusal($"Bulkhead '{name}' is full: {places} calls run and {queuePlaces} wait.");
        TooLongRejection = Refusal($"Bulkhead '{name}' is full: no place came free within {this.options.Wait.TotalMilliseconds} ms.");
        ClosedRejection = Refusal($"Bulkhead '{name}' is closed.");
    }

    // One of many alike, which share what they say.
    private Bulkhead(Bulkhead model)
    {
        options = model.options;
        Name = model.Name;
        clock = model.clock;
        tag = model.tag;
        places = model.places;
        queuePlaces = model.queuePlaces;
        FullRejection = model.FullRejection;
        TooLongRejection = model.TooLongRejection;
        ClosedRejection = model.ClosedRejection;
    }

    /// <summary>What events, metrics and rejections call it.</summary>
    public string Name { get; }

    /// <summary>Calls that run in it.</summary>
    public int InUse => Volatile.Read(ref state) is var now && now == Retired ? 0 : (int)now;

    /// <summary>Calls that wait for a place.</summary>
    public int Queued => Volatile.Read(ref state) is var now && now == Retired ? 0 : (int)(now >> 32);

    /// <summary>Those that run and those that wait as a share of the places: over 1 when calls wait.</summary>
    public double Utilisation => places == 0 ? 1 : (double)(InUse + Queued) / places;

    /// <summary>The pipelines that use it.</summary>
    public IReadOnlyList<string> Users => users;

    internal Rejection FullRejection { get; }

    internal Rejection TooLongRejection { get; }

    internal Rejection ClosedRejection { get; }

    internal bool IsRetired => Volatile.Read(ref state) == Retired;

    /// <summary>Refuses those that wait and everybody who comes; those that run end undisturbed.</summary>
    public void Dispose()
    {
        List<BulkheadWaiter> waiting;
        lock (gate)
        {
            places = 0;
            queuePlaces = -1;
            waiting = [.. queue];
            queue.Clear();
            Interlocked.Add(ref state, -waiting.Count * OneQueued);
        }

        foreach (var waiter in waiting)
        {
            Unqueued(waiter, BulkheadEntry.Closed);
        }
    }

    internal Bulkhead Another() => new(this);

    internal void AddUser(string pipeline)
    {
        lock (gate)
        {
            users = users.Contains(pipeline) ? users : [.. users, pipeline];
        }
    }

    /// <summary>Takes a place, if one is free and nobody waits for it.</summary>
    internal bool TryEnter()
    {
        var seen = Volatile.Read(ref state);

        // One comparison: with anybody waiting, and when retired, the word is larger than any number of places.
        while ((ulong)seen < (ulong)places)
        {
            var found = Interlocked.CompareExchange(ref state, seen + 1, seen);
            if (found == seen)
            {
                Count(ResilienceMetrics.BulkheadInUse, 1);
                return true;
            }

            seen = found;
        }

        return false;
    }

    /// <summary>Takes a place as soon as it is one's turn.</summary>
    internal ValueTask<BulkheadEntry> EnterAsync(CancellationToken cancellationToken)
    {
        BulkheadWaiter waiter;
        lock (gate)
        {
            if (EnterOrQueue() is { } entry)
            {
                return new(entry);
            }

            waiter = new BulkheadWaiter(this);
            queue.AddLast(waiter.Node);
        }

        Count(ResilienceMetrics.BulkheadQueued, 1);
        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Gives the place to who waits longest, or back.</summary>
    internal void Leave()
    {
        Count(ResilienceMetrics.BulkheadInUse, -1);
        var seen = Volatile.Read(ref state);
        while (seen < OneQueued)
        {
            var found = Interlocked.CompareExchange(ref state, seen - 1, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }

        HandOver();
    }

    /// <summary>Ends the waiting, if it still waits.</summary>
    internal void GiveUp(BulkheadWaiter waiter, BulkheadEntry entry)
    {
        lock (gate)
        {
            if (waiter.Node.List is null)
            {
                return;
            }

            queue.Remove(waiter.Node);
            Interlocked.Add(ref state, -OneQueued);
        }

        Unqueued(waiter, entry);
    }

    /// <summary>Closes the pool for good if nobody is in it; who comes later is told so.</summary>
    internal bool TryRetire() => Interlocked.CompareExchange(ref state, Retired, 0) == 0;

    private static Rejection Refusal(string reason) => new(RejectionKind.BulkheadFull, "bulkhead", reason);

    // Gate held: only here calls begin to wait. Null: it may.
    private BulkheadEntry? EnterOrQueue()
    {
        while (true)
        {
            if (TryEnter())
            {
                return BulkheadEntry.Entered;
            }

            var seen = Volatile.Read(ref state);
            if (seen == Retired || seen >> 32 >= queuePlaces)
            {
                return seen == Retired ? BulkheadEntry.Retired : queuePlaces < 0 ? BulkheadEntry.Closed : BulkheadEntry.Full;
            }

            if ((int)seen >= places && Interlocked.CompareExchange(ref state, seen + OneQueued, seen) == seen)
            {
                return null;
            }
        }
    }

    private async ValueTask<BulkheadEntry> WaitAsync(BulkheadWaiter waiter, CancellationToken cancellationToken)
    {
        await using var timer = waiter.Start(clock, options.Wait);
        await using var registration = cancellationToken.UnsafeRegister(
            static waiter => ((BulkheadWaiter)waiter!).GiveUp(BulkheadEntry.Cancelled), waiter);
        return await waiter.Task;
    }

    private void HandOver()
    {
        BulkheadWaiter? next;
        lock (gate)
        {
            next = queue.First?.Value;
            if (next is null)
            {
                // Those that waited have given up meanwhile.
                Interlocked.Decrement(ref state);
                return;
            }

            queue.RemoveFirst();
            Interlocked.Add(ref state, -OneQueued);
        }

        Count(ResilienceMetrics.BulkheadInUse, 1);
        Unqueued(next, BulkheadEntry.Entered);
    }

    private void Unqueued(BulkheadWaiter waiter, BulkheadEntry entry)
    {
        Count(ResilienceMetrics.BulkheadQueued, -1);
        waiter.SetResult(entry);
    }

    private void Count(System.Diagnostics.Metrics.UpDownCounter<long> counter, int change)
    {
        if (counter.Enabled)
        {
            counter.Add(change, tag);
        }
    }
}
