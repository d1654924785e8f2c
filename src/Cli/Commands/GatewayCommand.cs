using System.CommandLine;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Operator;
using Portolan.Cli.Serving;
using Portolan.Cli.SystemFile;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan gateway</c>.</summary>
internal static class GatewayCommand
{
    public static Command Create(CommandContext context)
    {
        var config = new Option<string>("--config") { Description = "The system.yaml whose gateway section has the routes", DefaultValueFactory = _ => SystemConfig.FileName, HelpName = "file" };
        var server = new Option<string>("--server") { Description = "Address of the server that knows where the services are", DefaultValueFactory = _ => ServerClient.DefaultAddress, HelpName = "url" };
        var port = new Option<int?>("--port", "-p") { Description = "Port on 127.0.0.1; otherwise the file's, or 8080", HelpName = "port" };
        port.Validators.Add(Ranges.Port);
        var command = new PlainCommand(
            "gateway", "Runs the gateway: one door to all services, found through the registry.", "portolan gateway --config samples/shop/system.yaml --port 8080")
        {
            config,
            server,
            port,
        };
        command.SetAction((parsed, cancellationToken) => GatewayProcess.RunAsync(
            parsed.GetRequiredValue(config), ServerClient.AddressOf(parsed.GetRequiredValue(server)), parsed.GetValue(port), context.Time, cancellationToken));
        return command;
    }
}
