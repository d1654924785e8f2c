using Portolan.Cli.CommandLine;
using Portolan.Cli.Commands;
using Portolan.Cli.Serving;

InlineSockets.Use(args);
return await CommandTree.RunAsync(args, CommandContext.OfProcess());
