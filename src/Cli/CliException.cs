namespace Portolan.Cli;

/// <summary>What went wrong, where, and how to fix it, in words for the user; the program ends with exit code 1.</summary>
internal sealed class CliException(string message) : Exception(message);
