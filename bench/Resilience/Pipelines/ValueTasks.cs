namespace Portolan.Bench.Resilience.Pipelines;

internal static class ValueTasks
{
    /// <summary>The result of what must have completed by now: waiting would measure the thread pool.</summary>
    public static T Completed<T>(this ValueTask<T> pending) =>
        pending.IsCompleted ? pending.Result : throw new InvalidOperationException("The call did not complete where the benchmark says it does.");
}
