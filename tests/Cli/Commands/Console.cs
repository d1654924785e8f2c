using System.Text;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Commands;
using Portolan.Cli.Running;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Tests.Commands;

/// <summary>Runs a command line in this process and keeps what it printed.</summary>
internal sealed class Console(string home)
{
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();

    public string Out => output.ToString().ReplaceLineEndings("\n");

    public string Error => error.ToString().ReplaceLineEndings("\n");

    public Task<int> RunAsync(params string[] arguments)
    {
        var screen = new Screen(new StringWriter(output), new StringWriter(error), Interactive: false, Coloured: false);
        return CommandTree.RunAsync(arguments, new CommandContext(screen, TimeProvider.System, Random.Shared, new SystemIndex(home)));
    }
}
