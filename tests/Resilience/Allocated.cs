namespace Portolan.Resilience.Tests;

/// <summary>What a piece of work allocates on this thread.</summary>
internal static class Allocated
{
    /// <summary>
    /// Bytes of the best of several rounds: a thread that is moved to another processor finds an empty place there, and that
    /// is no property of the work.
    /// </summary>
    public static long By(Action work)
    {
        work();
        return Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            work();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }
}
