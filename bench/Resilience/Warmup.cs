using System.Diagnostics;
using BenchmarkDotNet.Running;

namespace Portolan.Bench.Resilience;

/// <summary>
/// Runs every case in turns until all code is compiled as it stays. Without it, what is measured first in a shared process
/// has the just-in-time compiler optimise everything for it alone, and short iterations measure code that is not optimised yet.
/// </summary>
internal static class Warmup
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(5);

    public static void Run(IEnumerable<BenchmarkCase> benchmarks, TimeSpan time)
    {
        var turns = benchmarks.Select(Ready).ToList();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            foreach (var turn in turns)
            {
                for (var start = clock.Elapsed; clock.Elapsed - start < Turn;)
                {
                    turn();
                }
            }
        }
    }

    private static Action Ready(BenchmarkCase benchmark)
    {
        var instance = Activator.CreateInstance(benchmark.Descriptor.Type)!;
        benchmark.Descriptor.Type.GetProperty("Case")!.SetValue(instance, Names.CaseOf(benchmark));
        benchmark.Descriptor.GlobalSetupMethod?.Invoke(instance, null);
        return Discard(benchmark.Descriptor.WorkloadMethod.CreateDelegate<Func<object?>>(instance));
    }

    private static Action Discard(Func<object?> workload) => () => workload();
}
