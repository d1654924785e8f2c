using Portolan.Cli.CommandLine;
using Portolan.Cli.Commands;

return await CommandTree.RunAsync(args, CommandContext.OfProcess());
