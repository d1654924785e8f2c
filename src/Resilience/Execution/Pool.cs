using System.Numerics;
using System.Runtime.CompilerServices;

namespace Portolan.Resilience.Execution;

/// <summary>
/// Keeps objects for the next ones who need them: eight a processor, one cache line of them, so that two processors do not pass
/// it to and fro. An object goes back to where it was rented, because asking for the processor is half of what this costs. What finds
/// its place taken is left to the collector.
/// </summary>
internal sealed class Pool<TItem>
    where TItem : class
{
    private const int Depth = 8;

    private static readonly int Processors = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 64));

    // The first one keeps the others off the array's own head.
    private readonly Places[] places = new Places[Processors + 1];

    /// <summary>Null: none is left; make one, and remember the place for it.</summary>
    public TItem? Rent(out int place)
    {
        place = (Thread.GetCurrentProcessorId() & (Processors - 1)) + 1;
        ref var own = ref places[place];
        return Take(ref own[0]) ?? Take(ref own[1]) ?? TakeFurther(ref own);
    }

    // Several places, because a proxy's calls overlap, and a hedged call is two. Plain writes: an object that two threads return at
    // once into one place costs one of them, and never comes out twice.
    public void Return(TItem item, int place)
    {
        ref var own = ref places[place];
        var free = 0;
        while (free < Depth - 1 && own[free] is not null)
        {
            free++;
        }

        Volatile.Write(ref own[free], item);
    }

    private static TItem? TakeFurther(ref Places own)
    {
        for (var index = 2; index < Depth; index++)
        {
            if (Take(ref own[index]) is { } item)
            {
                return item;
            }
        }

        return null;
    }

    private static TItem? Take(ref TItem? item) => item is null ? null : Interlocked.Exchange(ref item, null);

    // A cache line.
    [InlineArray(Depth)]
    private struct Places
    {
        private TItem? item;
    }
}
