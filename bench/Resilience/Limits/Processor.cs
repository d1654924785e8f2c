using System.Runtime.InteropServices;

namespace Portolan.Bench.Resilience.Limits;

/// <summary>
/// Keeps a thread on one processor. Two threads on one processor take turns and never meet, and a busy machine likes to put
/// them there. On Linux only; elsewhere it is left to chance.
/// </summary>
internal static class Processor
{
    public static void Keep(int number) => Set(1UL << number);

    public static void Release() => Set(ulong.MaxValue);

    private static void Set(ulong processors)
    {
        if (OperatingSystem.IsLinux() && Environment.ProcessorCount > 1)
        {
            // A machine that refuses measures all the same.
            _ = SetAffinity(0, sizeof(ulong), in processors);
        }
    }

    [DllImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetAffinity(int thread, nint size, in ulong processors);
}
