using System.ComponentModel;
using System.Diagnostics;
using Portolan.Cli.Logs;

namespace Portolan.Cli.Processes;

/// <summary>
/// A process that we started: its input is held open and never written, because its end tells the child that we are gone;
/// its output is read as fast as it comes, so that the child never waits for us.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan OutputPatience = TimeSpan.FromMilliseconds(500);
    private readonly Process process;

    private ChildProcess(Process process, Action<string> onLine, Action<string> onErrorLine, TimeProvider time)
    {
        this.process = process;
        Pid = process.Id;
        var output = Task.WhenAll(
            PumpAsync(process.StandardOutput.BaseStream, onLine),
            PumpAsync(process.StandardError.BaseStream, onErrorLine));
        Exited = WaitAsync(output, time);
    }

    private const int NoSuchFile = 2;
    private const int NotPermitted = 13;

    public int Pid { get; }

    /// <summary>The exit code, once the process has ended and its last lines were read.</summary>
    public Task<int> Exited { get; }

    /// <summary>Throws <see cref="CliException"/> when there is no such program.</summary>
    public static ChildProcess Start(LaunchSpec spec, Action<string> onLine, TimeProvider time, Action<string>? onErrorLine = null)
    {
        try
        {
            return new ChildProcess(Process.Start(spec.ToStartInfo())!, onLine, onErrorLine ?? onLine, time);
        }
        catch (Win32Exception cannot)
        {
            throw new CliException(!Directory.Exists(spec.WorkingDirectory) ? $"There is no folder '{spec.WorkingDirectory}' to run '{spec.File}' in."
                : cannot.NativeErrorCode == NoSuchFile ? $"There is no program '{spec.File}', neither in PATH nor at that place seen from {spec.WorkingDirectory}."
                : cannot.NativeErrorCode == NotPermitted ? $"'{spec.File}' may not be run: make it executable (chmod +x)."
                : $"Cannot start '{spec.File}' in '{spec.WorkingDirectory}': {cannot.Message}.");
        }
    }

    /// <summary>Asks the process to end: by SIGTERM where there is one, else by the end of its input.</summary>
    public void Terminate()
    {
        if (!Exited.IsCompleted && !NativeProcess.TryTerminate(Pid))
        {
            process.StandardInput.Close();
        }
    }

    /// <summary>Ends the process and what it started, at once.</summary>
    public void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in the meantime.
        }
    }

    public void Dispose() => process.Dispose();

    private async Task<int> WaitAsync(Task output, TimeProvider time)
    {
        await process.WaitForExitAsync();

        // A grandchild may hold the output open for ever; the last lines of our own child are there at once.
        await Task.WhenAny(output, Task.Delay(OutputPatience, time));
        return process.ExitCode;
    }

    private static async Task PumpAsync(Stream stream, Action<string> onLine)
    {
        var splitter = new LineSplitter(onLine);
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer)) > 0)
            {
                splitter.Add(buffer.AsSpan(0, read));
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // The process is gone.
        }

        splitter.Flush();
    }
}
