namespace Portolan.Cli;

/// <summary>What went wrong, where, and how to fix it, in words for the user; the program ends with exit code 1.</summary>
internal sealed class CliException(string message) : Exception(message)
{
    /// <summary>True where the command line itself says what cannot be: then the exit code is 2.</summary>
    public bool IsOfUsage { get; private init; }

    /// <summary>The command line says what cannot be.</summary>
    public static CliException OfUsage(string message) => new(message) { IsOfUsage = true };
}
