using System.CommandLine;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Operator;
using Portolan.Cli.Processes;
using Portolan.Cli.Serving;
using Portolan.Proxy.Sidecar;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan sidecar</c>.</summary>
internal sealed class SidecarCommand : PortolanCommand
{
    private readonly Option<string> service = new("--service") { Description = "What the application is called", Required = true, HelpName = "name" };
    private readonly Option<string?> app = new("--app") { Description = "Where it listens: 127.0.0.1:5000 or unix:/path; not needed for a command", HelpName = "address" };
    private readonly Option<int> port = new("--port", "-p") { Description = "Port on 127.0.0.1 where others reach it; 0 picks one", DefaultValueFactory = _ => 15000, HelpName = "port" };
    private readonly Option<int> outbound = new("--outbound-port") { Description = "Port on 127.0.0.1 where it reaches others; 0 picks one", DefaultValueFactory = _ => 15001, HelpName = "port" };
    private readonly Option<string> server = new("--server") { Description = "Address of the server that knows where the services are", DefaultValueFactory = _ => ServerClient.DefaultAddress, HelpName = "url" };
    private readonly Option<string?> health = new("--health-path") { Description = "What it is asked for to see whether it is well; otherwise whether it accepts a connection", HelpName = "path" };
    private readonly Option<int> interval = new("--interval") { Description = "Seconds between two looks at it", DefaultValueFactory = _ => 10, HelpName = "seconds" };
    private readonly Option<string?> id = new("--id") { Description = "Of this instance; otherwise of service, machine and port", HelpName = "id" };
    private readonly Option<string[]> metadata = new("--metadata") { Description = "A fact for the registry, such as version=v2", HelpName = "name=value" };
    private readonly Argument<string[]> command = new("command") { Description = "After --: the application, to start with PORT and PORTOLAN_OUTBOUND in its environment", Arity = ArgumentArity.ZeroOrMore };

    public SidecarCommand(CommandContext context)
        : base(
            "sidecar", "Puts an application in any language into the system: registered, reached, and reaching others by name.",
            "portolan sidecar --app 127.0.0.1:5000 --service reviews", "portolan sidecar --service reviews -- node server.js")
    {
        port.Validators.Add(Ranges.Port);
        outbound.Validators.Add(Ranges.Port);
        interval.Validators.Add(Ranges.Seconds);
        foreach (var option in (Option[])[service, app, port, outbound, server, health, interval, id, metadata])
        {
            Add(option);
        }

        Add(command);
        SetAction((parsed, cancellationToken) => SidecarProcess.RunAsync(
            Read(parsed, new Ports(context.Random)), context.Screen, context.Time, cancellationToken));
    }

    private SidecarOptions Read(ParseResult parsed, Ports ports)
    {
        var name = parsed.GetRequiredValue(service);
        if (name.Length > 63 || !name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-') || name.StartsWith('-') || name.EndsWith('-'))
        {
            throw CliException.OfUsage($"--service takes a name of lower-case letters, digits and hyphens, not '{name}'.");
        }

        var path = parsed.GetValue(health);
        var (inwards, outwards) = (OrFree(parsed.GetValue(port), ports), OrFree(parsed.GetValue(outbound), ports));
        if (inwards == outwards)
        {
            throw CliException.OfUsage($"--port and --outbound-port are both {inwards}; others reach the application at one, it reaches others at the other.");
        }

        var where = App(parsed, ports);
        if (where.Url is { IsLoopback: true, Port: var own } && (own == inwards || own == outwards) && where.ToString().StartsWith("http", StringComparison.Ordinal))
        {
            throw CliException.OfUsage($"--app {own} is the sidecar's own port; give the application another, or the sidecar with {(own == inwards ? "--port" : "--outbound-port")}.");
        }

        return path is null or ['/', ..]
            ? new SidecarOptions(
                where, name, inwards, outwards,
                ServerClient.AddressOf(parsed.GetRequiredValue(server)), path, TimeSpan.FromSeconds(parsed.GetValue(interval)), parsed.GetValue(id),
                Metadata(parsed), parsed.GetValue(command) ?? [])
            : throw CliException.OfUsage($"--health-path takes a path like /health, not '{path}'.");
    }

    private AppAddress App(ParseResult parsed, Ports ports)
    {
        var starts = parsed.GetValue(command) is { Length: > 0 };
        var text = parsed.GetValue(app) ?? (starts ? $"127.0.0.1:{ports.Pick()}" : throw CliException.OfUsage("Say where the application listens with --app 127.0.0.1:5000, or how to start it after --."));
        return AppAddress.TryParse(text, out var address)
            ? address
            : throw CliException.OfUsage($"--app takes an address like 127.0.0.1:5000 or unix:/path, not '{text}'.");
    }

    private Dictionary<string, string> Metadata(ParseResult parsed)
    {
        var facts = new Dictionary<string, string>();
        foreach (var text in parsed.GetValue(metadata) ?? [])
        {
            var at = text.IndexOf('=');
            facts[at > 0 ? text[..at] : throw CliException.OfUsage($"--metadata takes a fact like version=v2, not '{text}'.")] = text[(at + 1)..];
        }

        return facts;
    }

    private static int OrFree(int port, Ports ports) => port == 0 ? ports.Pick() : port;
}
