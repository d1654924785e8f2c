using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Portolan.Bench.Resilience;

/// <summary>How long and where it is measured.</summary>
internal static class Settings
{
    /// <summary>Each side of each case in a process of its own. Many short iterations: one of them is undisturbed.</summary>
    public static ManualConfig Full { get; } = Of(Job.Default
        .WithIterationTime(TimeInterval.FromMilliseconds(25))
        .WithWarmupCount(20)
        .WithIterationCount(60));

    /// <summary>All in this process and short: for a figure at once, with more noise.</summary>
    public static ManualConfig Short { get; } = Of(Job.Default
        .WithToolchain(InProcessEmitToolchain.Instance)
        .WithIterationTime(TimeInterval.FromMilliseconds(4))
        .WithWarmupCount(5)
        .WithIterationCount(30)
        .WithGcForce(false)
        .DontEnforcePowerPlan());

    /// <summary>The same for benchmarks that are long enough by themselves.</summary>
    public static ManualConfig ShortOfTwoThreads { get; } = Of(Job.Default
        .WithToolchain(InProcessEmitToolchain.Instance)
        .WithInvocationCount(1)
        .WithUnrollFactor(1)
        .WithWarmupCount(5)
        .WithIterationCount(30)
        .WithGcForce(false)
        .DontEnforcePowerPlan());

    // The log goes to the error stream: what is printed is the result and nothing else.
    private static ManualConfig Of(Job job) => ManualConfig.CreateEmpty()
        .AddJob(job)
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddLogger(new StreamLogger(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true }))
        .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.JoinSummary)
        .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "portolan-resilience-bench"));
}
