using System.Diagnostics;

namespace Portolan.Bench.Proxy.Processes;

/// <summary>Programs that are not ours.</summary>
internal static class Tools
{
    /// <summary>True when it is there, now or after it was installed with apt-get.</summary>
    public static async Task<bool> HasAsync(string program, CancellationToken cancellationToken, string? package = null)
    {
        if (Find(program))
        {
            return true;
        }

        Console.Error.WriteLine($"{program} is not installed; trying apt-get.");
        var installed = await RunAsync("sh", ["-c", $"export DEBIAN_FRONTEND=noninteractive; (apt-get update && apt-get install -y --no-install-recommends {package ?? program}) >/dev/null 2>&1"], cancellationToken);
        return installed && Find(program);
    }

    /// <summary>True when it ended well.</summary>
    public static async Task<bool> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>What it prints.</summary>
    public static async Task<string> ReadAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        try
        {
            var printed = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return printed;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static bool Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/usr/local/sbin".Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
