using System.Diagnostics;
using Portolan.Bench.Proxy.Processes;

namespace Portolan.Bench.Proxy.Load;

/// <summary>Runs <c>portolan load</c> on the core that is not the proxy's.</summary>
internal sealed class Client(string portolan, CancellationToken cancellationToken)
{
    /// <summary>As many as are answered; what a run cost the proxy.</summary>
    public async Task<(double Processor, LoadSeen Seen)> FloodAsync(PinnedProcess proxy, string path, int seconds, int connections = Settings.Connections)
    {
        var before = proxy.ProcessorSeconds;
        var seen = await RunAsync($"http://127.0.0.1:{proxy.Port}{path}", "--closed", "--warm-up", "0", "--duration", $"{seconds}", "--connections", $"{connections}");
        return (proxy.ProcessorSeconds - before, seen);
    }

    /// <summary>So many a second, each from the moment it was due.</summary>
    public Task<LoadSeen> PaceAsync(int port, string path, int seconds, int rate) => RunAsync(
        $"http://127.0.0.1:{port}{path}", "--rate", $"{rate}", "--warm-up", "1", "--duration", $"{seconds}", "--connections", $"{Settings.Connections}");

    private async Task<LoadSeen> RunAsync(string url, params string[] options)
    {
        var start = new ProcessStartInfo("taskset", ["-c", $"{Settings.OtherCore}", "dotnet", "exec", portolan, "load", url, "--json", .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? LoadSeen.Parse(await output, url) : throw new BenchException($"{url}: {await error}{await output}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
