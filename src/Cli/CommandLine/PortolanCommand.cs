using System.CommandLine;

namespace Portolan.Cli.CommandLine;

/// <summary>A command whose help ends with how it is used in practice.</summary>
internal abstract class PortolanCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;
}
