using BenchmarkDotNet.Running;
using Portolan.Bench.Resilience.Limits;

namespace Portolan.Bench.Resilience;

/// <summary>What a benchmark of this project is called: its case is its parameter, its side is its method.</summary>
internal static class Names
{
    public const string Polly = "Polly.Core 8.9.1";
    public const string Framework = "System.Threading.RateLimiting";

    /// <summary>The cases of a benchmark class, in its order.</summary>
    public static IEnumerable<string> CasesOf(Type benchmark) => (IEnumerable<string>?)benchmark.GetProperty("Cases")?.GetValue(null) ?? [];

    public static string CaseOf(BenchmarkCase benchmark) => (string)benchmark.Parameters["Case"];

    public static bool IsOurs(BenchmarkCase benchmark) => benchmark.Descriptor.WorkloadMethod.Name == "Ours";

    public static bool IsOfTwoThreads(BenchmarkCase benchmark) => IsOfTwoThreads(benchmark.Descriptor.Type);

    public static bool IsOfTwoThreads(Type benchmark) => benchmark == typeof(TwoThreads);

    public static string PeerOf(BenchmarkCase benchmark) => IsOfTwoThreads(benchmark) ? Framework : Polly;
}
