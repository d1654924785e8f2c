using System.Diagnostics;

namespace Portolan.Proxy.Tests.Interop;

/// <summary>A program of somebody else that speaks with the gateway. Where it is not installed the test is skipped and says so.</summary>
internal sealed class Tool : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process process;
    private readonly Task<string> errors;

    private Tool(Process process) => (this.process, errors) = (process, process.StandardError.ReadToEndAsync());

    /// <summary>The path of a program; skips the test without it.</summary>
    public static string Find(string name, string package)
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin");
        var path = places.Select(place => Path.Combine(place, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{name} is not installed; on Debian: apt-get install {package}.");
        return path!;
    }

    /// <summary>Runs a program to its end; what it wrote, and how it ended.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string path, params string[] arguments)
    {
        await using var tool = Start(path, arguments);
        var output = await tool.process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await tool.process.WaitForExitAsync().WaitAsync(Patience);
        return (tool.process.ExitCode, output + await tool.errors);
    }

    /// <summary>Starts a program that serves until it is disposed of.</summary>
    public static Tool Start(string path, params string[] arguments)
    {
        var info = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        var process = Process.Start(info)!;
        process.StandardInput.Close();
        return new Tool(process);
    }

    /// <summary>The next line that it writes.</summary>
    public async Task<string> LineAsync() =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw new InvalidOperationException($"It ended: {await errors}");

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }
}
