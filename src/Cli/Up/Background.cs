using Portolan.Cli.Processes;
using Portolan.Cli.Running;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Up;

/// <summary>
/// <c>up --detach</c>: starts itself again, passes on what that prints until it says that the system runs, and leaves it.
/// </summary>
internal static class Background
{
    /// <summary>The hidden option that the second start gets.</summary>
    public const string Option = "--in-background";

    // End of transmission: no service and no message of ours prints it.
    private const string Ready = "\u0004";

    /// <summary>In the terminal's process. Returns the exit code.</summary>
    public static async Task<int> StartAsync(IEnumerable<string> arguments, Screen screen, TimeProvider time, CancellationToken cancellationToken)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var again = DotnetHost.Again(arguments, Directory.GetCurrentDirectory(), new Dictionary<string, string>());
        using var child = ChildProcess.Start(again, line => Relay(line, screen.Out, ready), time, line => Relay(line, screen.Error, ready));
        await using var cancelled = cancellationToken.Register(child.Terminate);
        if (await Task.WhenAny(ready.Task, child.Exited) == child.Exited)
        {
            return await child.Exited;
        }

        screen.Out.WriteLine($"Running in the background (pid {child.Pid}).");
        return 0;
    }

    /// <summary>In the second process, at its very begin: out of the terminal, with an output that can be switched.</summary>
    public static Screen Detach(Screen screen)
    {
        NativeProcess.LeaveTerminal();
        return screen with { Out = new SwitchWriter(screen.Out), Error = new SwitchWriter(screen.Error) };
    }

    /// <summary>In the second process, once the system runs: nobody listens from now on but a file.</summary>
    public static void Announce(SystemPaths paths, Screen screen)
    {
        screen.Out.WriteLine(Ready);
        screen.Out.Flush();
        var file = new FileStream(Path.Combine(paths.Logs, "up.log"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var writer = TextWriter.Synchronized(new StreamWriter(file) { AutoFlush = true });
        ((SwitchWriter)screen.Out).SwitchTo(writer);
        ((SwitchWriter)screen.Error).SwitchTo(writer);
        NativeProcess.RedirectOutputs(file);
    }

    private static void Relay(string line, TextWriter writer, TaskCompletionSource ready)
    {
        if (line == Ready)
        {
            ready.TrySetResult();
        }
        else if (!ready.Task.IsCompleted)
        {
            writer.WriteLine(line);
        }
    }
}
