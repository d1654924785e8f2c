using System.CommandLine;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Operator;

/// <summary>Asks the server, or the gateway, one thing and shows the answer: as a picture for people, or untouched with <c>--json</c>.</summary>
internal sealed class OperatorCommand : PortolanCommand
{
    private readonly Option<string?> address;
    private readonly bool gateway;
    private readonly Option<bool> json = Operands.Json();
    private readonly CommandContext context;

    /// <param name="gateway">True: it asks the gateway, which alone knows what it does.</param>
    public OperatorCommand(CommandContext context, string name, string description, string example, bool gateway = false)
        : base(name, description, example)
    {
        this.context = context;
        this.gateway = gateway;
        address = gateway ? Operands.Gateway() : Operands.Server();
        Add(address);
        Add(json);
    }

    /// <summary>Where it asks.</summary>
    public Option<string?> Address => address;

    /// <summary>What the command does: gets the server's JSON, and shows it.</summary>
    public OperatorCommand Does(Func<ServerClient, ParseResult, CancellationToken, Task<string>> ask, Action<Screen, JsonElement> show) => Does(
        async (parsed, cancellationToken) =>
        {
            using var client = gateway
                ? ServerClient.AtGateway(parsed.GetValue(address), context.Index)
                : ServerClient.At(parsed.GetValue(address), context.Index);
            return await ask(client, parsed, cancellationToken);
        },
        show);

    /// <summary>The same of one that finds out itself whom it asks.</summary>
    public OperatorCommand Does(Func<ParseResult, CancellationToken, Task<string>> ask, Action<Screen, JsonElement> show)
    {
        SetAction(async (parsed, cancellationToken) =>
        {
            var body = await ask(parsed, cancellationToken);
            if (parsed.GetValue(json))
            {
                context.Screen.Out.WriteLine(body);
                return 0;
            }

            Show(body, show);
            return 0;
        });
        return this;
    }

    private void Show(string body, Action<Screen, JsonElement> show)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            show(context.Screen, document.RootElement);
            foreach (var missing in document.RootElement.Items("unreachable"))
            {
                context.Screen.Error.WriteLine($"{missing.Text("service")} did not answer: {missing.Text("reason")}");
            }
        }
        catch (JsonException)
        {
            throw new CliException("The server's answer is not JSON. Is it a Portolan server?");
        }
    }
}
