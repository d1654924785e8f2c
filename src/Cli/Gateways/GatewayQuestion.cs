using System.CommandLine;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Operator;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Gateways;

/// <summary>A question that a file can answer as well as a running gateway.</summary>
internal static class GatewayQuestion
{
    /// <summary>Shows the answer: as a picture for people, or untouched for programs.</summary>
    /// <param name="context">What every command works with.</param>
    /// <param name="ofFile">Answers from a file; null asks the gateway.</param>
    /// <param name="path">What the gateway is asked.</param>
    /// <param name="gateway">Its address; null: that of the running system.</param>
    /// <param name="json">True: untouched.</param>
    /// <param name="show">The picture.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    public static async Task<int> AnswerAsync(
        CommandContext context, Func<string>? ofFile, string path, string? gateway, bool json, Action<Screen, JsonElement> show, CancellationToken cancellationToken)
    {
        using var client = ofFile is null ? ServerClient.AtGateway(gateway, context.Index) : null;
        var body = client is null ? ofFile!() : await client.GetAsync(path, cancellationToken);
        if (json)
        {
            context.Screen.Out.WriteLine(body);
            return 0;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            show(context.Screen, document.RootElement);
            return 0;
        }
        catch (JsonException)
        {
            throw new CliException("The gateway's answer is not JSON. Is it a Portolan gateway?");
        }
    }

    /// <summary>Both at once would be two questions.</summary>
    public static void OnlyOne(System.CommandLine.Parsing.CommandResult result, Option<string?> file, Option<string?> gateway)
    {
        if (result.GetResult(file) is { Implicit: false } && result.GetResult(gateway) is { Implicit: false })
        {
            result.AddError("--config asks a file and --gateway a running gateway; name one of them.");
        }
    }
}
