using Microsoft.Extensions.Hosting;
using Portolan.Cli.Processes;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Serving;

/// <summary>The application, where its sidecar starts it: one lives as long as the other.</summary>
internal sealed class SidecarApp : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ChildProcess child;
    private readonly AppGuard? guard;
    private readonly TimeProvider time;
    private bool endedFirst;

    private SidecarApp(ChildProcess child, AppGuard? guard, TimeProvider time) => (this.child, this.guard, this.time) = (child, guard, time);

    /// <summary>Starts it, and ends the sidecar when it ends.</summary>
    public static SidecarApp Start(SidecarOptions options, Screen screen, TimeProvider time, IHostApplicationLifetime sidecar)
    {
        var environment = new Dictionary<string, string>
        {
            ["PORT"] = $"{options.App.Url.Port}",
            ["PORTOLAN_SERVICE"] = options.Service,
            ["PORTOLAN_OUTBOUND"] = $"http://127.0.0.1:{options.OutboundPort}",
            [InlineSockets.Variable] = "0", // the sidecar's own way with sockets; in a program that may block it would stop them all
        };
        var launch = new LaunchSpec(options.Command[0], [.. options.Command.Skip(1)], Directory.GetCurrentDirectory(), environment);
        var guard = AppGuard.Start();
        var app = new SidecarApp(Started(launch, screen, time, guard), guard, time);
        guard?.Watch(app.child.Pid);
        _ = app.WatchAsync(sidecar);
        return app;
    }

    /// <summary>Asks it to end, and makes it. The exit code of the whole: an application that ended by itself has failed.</summary>
    public async Task<int> StopAsync()
    {
        child.Terminate();
        if (await Task.WhenAny(child.Exited, Task.Delay(Patience, time)) != child.Exited)
        {
            child.Kill();
        }

        var code = await child.Exited;
        return !endedFirst ? 0 : code == 0 ? 1 : code;
    }

    public void Dispose()
    {
        // Only where something failed before the end: nothing may be left behind.
        if (!child.Exited.IsCompleted)
        {
            child.Kill();
        }

        guard?.Dispose();
        child.Dispose();
    }

    private static ChildProcess Started(LaunchSpec launch, Screen screen, TimeProvider time, AppGuard? guard)
    {
        try
        {
            return ChildProcess.Start(launch, screen.Out.WriteLine, time, screen.Error.WriteLine);
        }
        catch
        {
            guard?.Dispose();
            throw;
        }
    }

    private async Task WatchAsync(IHostApplicationLifetime sidecar)
    {
        await child.Exited;
        if (!sidecar.ApplicationStopping.IsCancellationRequested)
        {
            endedFirst = true;
            sidecar.StopApplication();
        }
    }
}
