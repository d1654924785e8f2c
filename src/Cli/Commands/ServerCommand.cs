using System.CommandLine;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Serving;
using Portolan.Cli.SystemFile;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan server</c>.</summary>
internal static class ServerCommand
{
    public static Command Create(CommandContext context)
    {
        var port = new Option<int>("--port", "-p") { Description = "Port on 127.0.0.1", DefaultValueFactory = _ => SystemConfig.DefaultServerPort, HelpName = "port" };
        port.Validators.Add(Ranges.Port);
        var store = new Option<string>("--store") { Description = "Where the server keeps its state", DefaultValueFactory = _ => "sqlite:.portolan/server.db", HelpName = "address" };
        var command = new PlainCommand(
            "server", "Runs the control plane: the registry, and the operator's view of all services.", "portolan server --port 8500 --store sqlite:server.db")
        {
            port,
            store,
        };
        command.SetAction((parsed, cancellationToken) =>
            ServerProcess.RunAsync(parsed.GetValue(port), parsed.GetRequiredValue(store), context.Time, cancellationToken));
        return command;
    }
}
