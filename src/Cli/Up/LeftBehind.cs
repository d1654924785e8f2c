using System.Diagnostics;
using Portolan.Cli.Running;

namespace Portolan.Cli.Up;

/// <summary>
/// The processes of an <c>up</c> that was killed end by themselves, because their input has ended; they may still hold
/// their ports and databases for the moment that takes.
/// </summary>
internal static class LeftBehind
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for them; only a killed <c>up</c> leaves its state behind, so normally there is nothing to wait for.</summary>
    public static async Task WaitForAsync(SystemPaths paths, TimeProvider time, CancellationToken cancellationToken)
    {
        var pids = StateFile.Read(paths.State, RunningJson.Default.SystemState)?.Instances.Select(process => process.Pid).OfType<int>().ToList() ?? [];
        var begun = time.GetTimestamp();
        while (pids.Any(IsOurs) && time.GetElapsedTime(begun) < Patience)
        {
            await Task.Delay(Step, time, cancellationToken);
        }
    }

    // The number may belong to another program by now.
    private static bool IsOurs(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.ProcessName is "dotnet" or "portolan";
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
