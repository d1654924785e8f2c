using System.CommandLine;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Operator;

/// <summary>Asks the server one thing and shows the answer: as a picture for people, or untouched with <c>--json</c>.</summary>
internal sealed class OperatorCommand : PortolanCommand
{
    private readonly Option<string?> server = Operands.Server();
    private readonly Option<bool> json = Operands.Json();
    private readonly CommandContext context;

    public OperatorCommand(CommandContext context, string name, string description, string example)
        : base(name, description, example)
    {
        this.context = context;
        Add(server);
        Add(json);
    }

    /// <summary>What the command does: gets the server's JSON, and shows it.</summary>
    public OperatorCommand Does(Func<ServerClient, ParseResult, CancellationToken, Task<string>> ask, Action<Screen, JsonElement> show)
    {
        SetAction(async (parsed, cancellationToken) =>
        {
            using var client = ServerClient.At(parsed.GetValue(server), context.Index);
            var body = await ask(client, parsed, cancellationToken);
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
