namespace Portolan.Resilience.RateLimiting.Algorithms;

internal static class Contention
{
    /// <summary>
    /// After losing a word to another thread: a moment in which the other gets several calls done while the word's cache
    /// line is its own. Trying again at once would send the line to and fro for every single call.
    /// </summary>
    public static void StepAside() => Thread.SpinWait(20);
}
