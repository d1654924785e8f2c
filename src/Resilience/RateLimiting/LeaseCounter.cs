namespace Portolan.Resilience.RateLimiting;

/// <summary>Counts in a cell for each processor: one cell for all would cost more than the limiter it counts for.</summary>
internal sealed class LeaseCounter
{
    // Cells stand a cache line apart, and the first one behind the array's head.
    private const int Stride = 8;
    private static readonly int Cells = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 64));

    private readonly long[] cells = new long[(Cells + 1) * Stride];

    public long Total
    {
        get
        {
            var total = 0L;
            for (var cell = Stride; cell < cells.Length; cell += Stride)
            {
                total += Volatile.Read(ref cells[cell]);
            }

            return total;
        }
    }

    public void Increment() => Interlocked.Increment(ref cells[((Thread.GetCurrentProcessorId() & (Cells - 1)) + 1) * Stride]);
}
