namespace Portolan.Cli.Processes;

/// <summary>Exit codes in words: above 128 they tell the signal that ended the process.</summary>
internal static class ExitCode
{
    public static string Describe(int code) => code switch
    {
        134 => "exit code 134 (aborted, SIGABRT)",
        137 => "exit code 137 (killed, SIGKILL)",
        139 => "exit code 139 (segmentation fault, SIGSEGV)",
        143 => "exit code 143 (terminated, SIGTERM)",
        _ => $"exit code {code}",
    };
}
