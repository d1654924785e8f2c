namespace Portolan.Cli.CommandLine;

/// <summary>A command that is put together where it is made: one with few operands, or a group of others.</summary>
internal sealed class PlainCommand(string name, string description, params string[] examples) : PortolanCommand(name, description, examples);
