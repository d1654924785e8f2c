using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Portolan.Bench.Proxy.Processes;

/// <summary>A server on one core. Disposing it ends it and all that it started.</summary>
internal sealed partial class PinnedProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Process process;
    private readonly string log;

    private PinnedProcess(Process process, string log, int port)
    {
        this.process = process;
        this.log = log;
        Port = port;
    }

    public int Port { get; }

    public int Id => process.Id;

    public double ProcessorSeconds => ProcFile.ProcessorSeconds(Id);

    public long ResidentBytes => ProcFile.ResidentBytes(Id);

    /// <summary>Starts it and waits until it accepts connections. <paramref name="folder"/> takes its output.</summary>
    public static async Task<PinnedProcess> StartAsync(string folder, int core, int port, string[] command, CancellationToken cancellationToken)
    {
        // The shell becomes the program: what it prints goes to a file, so that nobody has to read it meanwhile.
        var log = Path.Combine(folder, $"{port}.log");
        var start = new ProcessStartInfo("sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1", "sh", log, "taskset", "-c", core.ToString(), .. command]) { RedirectStandardInput = true };
        start.Environment["DOTNET_gcServer"] = "0";
        var started = new PinnedProcess(Process.Start(start)!, log, port);
        try
        {
            await started.ListensAsync(cancellationToken);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Asked first: nginx then ends its workers itself, which otherwise nobody takes leave of.
        if (!process.HasExited && Signal(Id, Terminate) == 0)
        {
            await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(Grace, TimeProvider.System, CancellationToken.None));
        }

        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    private async Task ListensAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync("127.0.0.1", Port, cancellationToken);
                return;
            }
            catch (SocketException) when (!process.HasExited && began.Elapsed < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken);
            }
            catch (SocketException)
            {
                throw new BenchException($"{process.StartInfo.ArgumentList[7]} does not listen on port {Port}: {File.ReadAllText(log)}");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int pid, int signal);
}
