using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Portolan.Sqlite.Storage;

/// <summary>
/// Loads the SQLite that ships with Portolan; the machine's own is never used. The bundled one is built without
/// <c>usleep</c>: where its log is contended and it wants to wait for microseconds, it sleeps a whole second. So it is given
/// a sleep that keeps to what was asked.
/// </summary>
internal static unsafe partial class Engine
{
    static Engine()
    {
        Batteries_V2.Init();
        if (!OperatingSystem.IsWindows())
        {
            Default()->Sleep = &SleepExactly;
        }
    }

    public static void Load()
    {
        // The static constructor has run: once in the process, before any connection.
    }

    /// <summary>Sleeps as SQLite would; returns the microseconds it says it slept.</summary>
    public static int Sleep(int microseconds) => Default()->Sleep(Default(), microseconds);

    private static SystemInterface* Default()
    {
        var found = FindSystemInterface(null);
        return found is not null ? found : throw new InvalidOperationException("The bundled SQLite has no interface to this system.");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SleepExactly(SystemInterface* self, int microseconds) => USleep((uint)microseconds) == 0 ? microseconds : 0;

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial SystemInterface* FindSystemInterface(byte* name);

    [LibraryImport("libc", EntryPoint = "usleep")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int USleep(uint microseconds);

    // The head of SQLite's sqlite3_vfs (version 1), which its interface keeps as it is.
    [StructLayout(LayoutKind.Sequential)]
    private struct SystemInterface
    {
        public int Version;
        public int FileSize;
        public int LongestPath;
        public nint Next;
        public nint Name;
        public nint Data;
        public nint Open;
        public nint Delete;
        public nint Access;
        public nint FullPath;
        public nint OpenLibrary;
        public nint LibraryError;
        public nint LibrarySymbol;
        public nint CloseLibrary;
        public nint Randomness;
        public delegate* unmanaged[Cdecl]<SystemInterface*, int, int> Sleep;
    }
}
