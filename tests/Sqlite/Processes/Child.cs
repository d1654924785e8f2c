using System.Collections.Concurrent;
using System.Diagnostics;

namespace Portolan.Sqlite.Tests.Processes;

/// <summary>This program as a process of its own, to be killed without warning.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process process;
    private readonly Task reading;

    private Child(Process process)
    {
        this.process = process;
        reading = Task.Run(async () =>
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                Lines.Enqueue(line);
            }
        });
    }

    public ConcurrentQueue<string> Lines { get; } = new();

    public static Child Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(Child).Assembly.Location);
        if (!Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Clear(); // The tests' own executable was started, not dotnet.
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new Child(Process.Start(start)!);
    }

    /// <summary>SIGKILL; then everything it had said is in <see cref="Lines"/>.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
    }

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }
}
