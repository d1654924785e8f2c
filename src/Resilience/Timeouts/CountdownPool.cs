using System.Collections.Concurrent;
using System.Numerics;

namespace Portolan.Resilience.Timeouts;

/// <summary>
/// Countdowns for the next calls: one a processor, which two processors do not pass to and fro, and behind those a queue for
/// when many calls are under way at once.
/// </summary>
internal sealed class CountdownPool(TimeProvider clock)
{
    private const int MostQueued = 1_024;

    // Slots stand a cache line apart.
    private const int Stride = 8;
    private static readonly int Slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 64));

    private readonly Countdown?[] countdowns = new Countdown?[(Slots + 1) * Stride];
    private readonly ConcurrentQueue<Countdown> queue = new();
    private int queued;

    // It goes back to where it was rented: asking for the processor costs too much to do it twice.
    public Countdown Rent()
    {
        var place = ((Thread.GetCurrentProcessorId() & (Slots - 1)) + 1) * Stride;
        ref var slot = ref countdowns[place];
        if (slot is not null && Interlocked.Exchange(ref slot, null) is { } near)
        {
            return near;
        }

        if (queue.TryDequeue(out var far))
        {
            Interlocked.Decrement(ref queued);
        }

        far ??= new Countdown(clock);
        far.Place = place;
        return far;
    }

    public void Return(Countdown countdown)
    {
        // A plain write: of two that threads return at once one is lost, to the collector, and none comes out twice.
        ref var slot = ref countdowns[countdown.Place];
        if (slot is null)
        {
            Volatile.Write(ref slot, countdown);
            return;
        }

        if (Interlocked.Increment(ref queued) <= MostQueued)
        {
            queue.Enqueue(countdown);
            return;
        }

        Interlocked.Decrement(ref queued);
        countdown.Dispose();
    }
}
