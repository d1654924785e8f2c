namespace Portolan.Cli;

/// <summary>What went wrong, where, and how to fix it, in words for the user; the program ends with exit code 1.</summary>
internal class CliException(string message) : Exception(message);

/// <summary>The command line says what cannot be; the program ends with exit code 2.</summary>
internal sealed class UsageException(string message) : CliException(message);
