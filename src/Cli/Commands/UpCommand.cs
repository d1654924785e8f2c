using System.CommandLine;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Processes;
using Portolan.Cli.Running;
using Portolan.Cli.Up;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan up</c>.</summary>
internal sealed class UpCommand : PortolanCommand
{
    private readonly Argument<string> folder = new("folder") { Description = "The folder with the system's system.yaml", DefaultValueFactory = _ => "." };
    private readonly Option<bool> fresh = new("--fresh") { Description = "Begin without the data, messages and logs of earlier runs" };
    private readonly Option<bool> noBuild = new("--no-build") { Description = "Start what was built last, whatever changed since" };
    private readonly Option<string> configuration = new("--configuration", "-c") { Description = "Build configuration", DefaultValueFactory = _ => "Release", HelpName = "name" };
    private readonly Option<int> startTimeout = new("--start-timeout") { Description = "Seconds for everything to become healthy", DefaultValueFactory = _ => 60, HelpName = "seconds" };
    private readonly Option<int?> gatewayPort = new("--gateway-port") { Description = "The gateway's port instead of system.yaml's; 0 picks a free one", HelpName = "port" };
    private readonly Option<int?> serverPort = new("--server-port") { Description = "The server's port instead of system.yaml's; 0 picks a free one", HelpName = "port" };
    private readonly Option<string[]> except = new("--except") { Description = "Leave this service out, to start it by hand; may be repeated", HelpName = "service", DefaultValueFactory = _ => [] };
    private readonly Option<bool> quiet = new("--quiet", "-q") { Description = "Do not show the services' logs" };
    private readonly Option<bool> detach = new("--detach", "-d") { Description = "Return once everything runs, and leave it running" };
    private readonly Option<bool> inBackground = new(Background.Option) { Hidden = true };

    public UpCommand(CommandContext context)
        : base(
            "up",
            "Builds and runs a whole system on this machine, each service as its own process.",
            "portolan up samples/shop",
            "portolan up samples/shop --fresh --except orders")
    {
        gatewayPort.Validators.Add(Ranges.Port);
        serverPort.Validators.Add(Ranges.Port);
        startTimeout.Validators.Add(Ranges.Seconds);
        Add(folder);
        foreach (var option in new Option[] { fresh, noBuild, configuration, startTimeout, gatewayPort, serverPort, except, quiet, detach, inBackground })
        {
            Add(option);
        }

        SetAction((parsed, _) => parsed.GetValue(detach) ? DetachAsync(parsed, context) : RunAsync(parsed, context));
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context)
    {
        var background = parsed.GetValue(inBackground);
        var screen = background ? Background.Detach(context.Screen) : context.Screen;
        var options = OptionsFrom(parsed);
        var run = new UpRun(options, screen, context.Time, context.Random, context.Index);
        return await run.RunAsync(onReady: () =>
        {
            if (background)
            {
                Background.Announce(new SystemPaths(options.Folder), screen);
            }
        });
    }

    private async Task<int> DetachAsync(ParseResult parsed, CommandContext context)
    {
        using var interrupt = new Interrupt();
        var arguments = parsed.Tokens.Select(token => token.Value).Where(token => !detach.Aliases.Append(detach.Name).Contains(token));
        return await Background.StartAsync([.. arguments, Background.Option], context.Screen, context.Time, interrupt.Token);
    }

    private UpOptions OptionsFrom(ParseResult parsed) => new(
        parsed.GetRequiredValue(folder),
        parsed.GetValue(fresh),
        parsed.GetValue(noBuild),
        parsed.GetRequiredValue(configuration),
        TimeSpan.FromSeconds(parsed.GetValue(startTimeout)),
        parsed.GetValue(gatewayPort),
        parsed.GetValue(serverPort),
        parsed.GetRequiredValue(except),
        parsed.GetValue(quiet) || parsed.GetValue(inBackground));
}
