using System.Diagnostics;

namespace Portolan.Cli.Serving;

/// <summary>
/// Ends the application of a sidecar that was killed and could not do it itself: a shell that is told the application's number, and
/// waits for the end of its input, whose other end the sidecar alone holds. A terminal's signals are not for it. Nothing where
/// there is no such shell.
/// </summary>
internal sealed class AppGuard : IDisposable
{
    private const string Shell = "/bin/sh";

    // Its outputs would hold those of the sidecar open.
    private const string Script = """
        exec >/dev/null 2>&1
        trap '' INT TERM HUP
        read -r app || exit 0
        while read -r line; do :; done
        kill -TERM "$app" || exit 0
        for second in 1 2 3 4 5; do sleep 1; kill -0 "$app" || exit 0; done
        kill -KILL "$app"
        """;

    private readonly Process shell;

    private AppGuard(Process shell) => this.shell = shell;

    /// <summary>Before the application, so that there is next to no time in which nobody guards it.</summary>
    public static AppGuard? Start() => File.Exists(Shell)
        ? new AppGuard(Process.Start(new ProcessStartInfo(Shell, ["-c", Script, "portolan-guard"]) { RedirectStandardInput = true })!)
        : null;

    /// <summary>The process that it is for.</summary>
    public void Watch(int pid)
    {
        shell.StandardInput.WriteLine(pid);
        shell.StandardInput.Flush();
    }

    /// <summary>The application has ended, and its number may soon be somebody else's.</summary>
    public void Dispose()
    {
        shell.Kill();
        shell.Dispose();
    }
}
