using System.Diagnostics;
using System.Text;

namespace Portolan.Cli.Tests.Up;

/// <summary>The program as its own process, with what it printed.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();

    public RunningProgram(string file, IEnumerable<string> arguments, string home)
    {
        var info = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        info.Environment["PORTOLAN_HOME"] = home;
        process = Process.Start(info)!;
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Pid => process.Id;

    public string Out => Text(output);

    public string Error => Text(error);

    public async Task WaitForLineAsync(string part)
    {
        await TinySystem.UntilAsync(
            () => Task.FromResult(Out.Contains(part, StringComparison.Ordinal) || process.HasExited), $"'{part}' in\n{Out}\n{Error}");
        Assert.True(Out.Contains(part, StringComparison.Ordinal), $"It ended without '{part}':\n{Out}\n{Error}");
    }

    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync().WaitAsync(TinySystem.Patience, TimeProvider.System);
        return process.ExitCode;
    }

    public void Kill() => process.Kill();

    public ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Keep(StringBuilder builder, string? line)
    {
        if (line is not null)
        {
            lock (builder)
            {
                builder.Append(line).Append('\n');
            }
        }
    }

    private static string Text(StringBuilder builder)
    {
        lock (builder)
        {
            return builder.ToString();
        }
    }
}
