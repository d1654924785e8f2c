using System.Diagnostics;
using Portolan.Cli.Processes;

namespace Portolan.Cli.Tests.Up;

/// <summary>A sidecar as a process of its own, with an application that it starts.</summary>
[Trait("kind", "process")]
public sealed class SidecarKillTests : IDisposable
{
    // Nobody guards it in the moment between its start and the sidecar's next step.
    private const string Application = "echo number $$ inline $DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS; sleep 3; echo started; exec sleep 600";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_application_ends_although_its_sidecar_was_killed()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("There is no /bin/sh.");
        }

        await using var sidecar = new RunningProgram(
            DotnetHost.Path,
            [
                "exec", Path.Combine(AppContext.BaseDirectory, "portolan.dll"), "sidecar", "--service", "sleeper", "--port", "0", "--outbound-port", "0",
                "--server", "http://127.0.0.1:9", "--", "/bin/sh", "-c", Application,
            ],
            folder["home"]);
        await sidecar.WaitForLineAsync("started");
        var words = sidecar.Out.Split('\n').First(line => line.StartsWith("number ", StringComparison.Ordinal)).Split(' ');
        Assert.Equal("0", words[3]);
        using var application = Process.GetProcessById(int.Parse(words[1]));

        sidecar.Kill();

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await application.WaitForExitAsync(timeout.Token);
    }
}
