using System.Diagnostics;

namespace Portolan.EndToEnd.Tests.Running;

internal sealed record CommandResult(int ExitCode, string Output, string Error);

/// <summary>Runs the built <c>portolan</c> as a user would.</summary>
internal static class CommandLine
{
    public static ProcessStartInfo StartInfo(string home, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Repository.Portolan, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home,
        };
        start.Environment["PORTOLAN_HOME"] = home;
        start.Environment["NO_COLOR"] = "1";
        return start;
    }

    public static async Task<CommandResult> RunAsync(string home, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(home, arguments))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(timeout.Token);
        return new CommandResult(process.ExitCode, await output, await error);
    }
}
