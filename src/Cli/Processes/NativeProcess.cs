using System.Runtime.InteropServices;

namespace Portolan.Cli.Processes;

/// <summary>What the base library does not offer of POSIX.</summary>
internal static partial class NativeProcess
{
    private const int Terminate = 15;

    /// <summary>Asks a process to end. False where the process is gone or the system has no such signal.</summary>
    public static bool TryTerminate(int pid) => !OperatingSystem.IsWindows() && Kill(pid, Terminate) == 0;

    /// <summary>Leaves the terminal: its Ctrl-C and its end no longer reach this process.</summary>
    public static void LeaveTerminal()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetSession();
        }
    }

    /// <summary>From now on the runtime's own last words, of a crash, go to a file too. Console keeps descriptors of its own.</summary>
    public static void RedirectOutputs(FileStream file)
    {
        if (!OperatingSystem.IsWindows())
        {
            var descriptor = (int)file.SafeFileHandle.DangerousGetHandle();
            _ = Duplicate(descriptor, 1);
            _ = Duplicate(descriptor, 2);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setsid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetSession();

    [LibraryImport("libc", EntryPoint = "dup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Duplicate(int from, int to);
}
