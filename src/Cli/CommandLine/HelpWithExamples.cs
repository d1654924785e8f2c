using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Portolan.Cli.CommandLine;

/// <summary>The usual help, then how the command is used in practice.</summary>
internal sealed class HelpWithExamples(HelpAction usual, IReadOnlyList<string> rootExamples) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        var examples = parseResult.CommandResult.Command switch
        {
            PortolanCommand command => command.Examples,
            RootCommand => rootExamples,
            _ => [],
        };
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (var example in examples)
        {
            output.WriteLine($"  {example}");
        }

        return 0;
    }
}
