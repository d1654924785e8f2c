using System.CommandLine;
using System.CommandLine.Parsing;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Gateways;
using Portolan.Cli.Operator;
using Portolan.Cli.Serving;
using Portolan.Cli.SystemFile;
using Portolan.Proxy.Explain;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan gateway</c>.</summary>
internal sealed class GatewayCommand : PortolanCommand
{
    private readonly CommandContext context;

    private readonly Option<string?> config = new("--config") { Description = "A gateway.yaml, or a system.yaml with a section gateway; to run and to check: otherwise system.yaml", HelpName = "file" };
    private readonly Option<string> server = new("--server") { Description = "Address of the server that knows where the services are", DefaultValueFactory = _ => ServerClient.DefaultAddress, HelpName = "url" };
    private readonly Option<int?> port = new("--port", "-p") { Description = "Port on 127.0.0.1; otherwise the file's, or 8080", HelpName = "port" };
    private readonly Option<bool> check = new("--check") { Description = "Run nothing: tell all that is wrong with the file, or in a line what it describes" };
    private readonly Option<string?> explain = new("--explain") { Description = "Run nothing: tell what becomes of a request, and why; of the file named with --config, else of a running gateway", HelpName = "request" };
    private readonly Option<string[]> header = new("--header", "-H") { Description = "With --explain: a header of the request, as curl takes it; may be repeated", HelpName = "name: value" };
    private readonly Option<string?> gateway = Operands.Gateway();
    private readonly Option<bool> json = Operands.Json();

    public GatewayCommand(CommandContext context)
        : base(
            "gateway", "Runs the gateway: one door to all services, found through the registry.",
            "portolan gateway --config samples/shop/system.yaml --port 8080",
            "portolan gateway --check --config gateway.yaml",
            "portolan gateway --explain 'GET /api/orders/1' -H 'X-API-Version: 2' --config gateway.yaml",
            "portolan gateway --explain 'DELETE http://shop.example/api/orders/1' --gateway http://127.0.0.1:8080",
            "portolan gateway routes --config gateway.yaml")
    {
        this.context = context;
        port.Validators.Add(Ranges.Port);
        gateway.Description = "With --explain: the address of a running gateway to ask";
        json.Description = "With --explain: print JSON for programs to read";
        foreach (var option in new Option[] { config, server, port, check, explain, header, gateway, json })
        {
            Add(option);
        }

        Add(Routes(context));
        Validators.Add(Question);
        SetAction(RunAsync);
    }

    private static PlainCommand Routes(CommandContext context)
    {
        var config = new Option<string?>("--config") { Description = "The file whose routes are listed; otherwise those of a running gateway", HelpName = "file" };
        var (gateway, json) = (Operands.Gateway(), Operands.Json());
        var command = new PlainCommand(
            "routes", "Lists the routes: what each takes, where it goes, and its policies in the order a request meets them.",
            "portolan gateway routes --config gateway.yaml", "portolan gateway routes --gateway http://127.0.0.1:8080 --json")
        {
            config,
            gateway,
            json,
        };
        command.Validators.Add(result => GatewayQuestion.OnlyOne(result, config, gateway));
        command.SetAction((parsed, cancellationToken) => GatewayQuestion.AnswerAsync(
            context, parsed.GetValue(config) is { } file ? () => GatewayAnswers.Routes(file) : null,
            "/portolan/gateway/routes", parsed.GetValue(gateway), parsed.GetValue(json), RouteList.Print, cancellationToken));
        return command;
    }

    private void Question(CommandResult result)
    {
        var explains = result.GetResult(explain) is { Implicit: false };
        if (explains && result.GetValue(check))
        {
            result.AddError("--check and --explain ask different things; use one of them.");
        }

        if (!explains && new Option[] { header, gateway, json }.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } lonely)
        {
            result.AddError($"{lonely.Name} is for --explain: portolan gateway --explain 'GET /api/orders/1' {lonely.Name} …");
        }

        GatewayQuestion.OnlyOne(result, config, gateway);
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = parsed.GetValue(config) ?? SystemConfig.FileName;
        return parsed.GetValue(explain) is { } request ? ExplainAsync(parsed, request, cancellationToken)
            : parsed.GetValue(check) ? Task.FromResult(GatewayCheck.Run(context.Screen, file))
            : GatewayProcess.RunAsync(file, ServerClient.AddressOf(parsed.GetRequiredValue(server)), parsed.GetValue(port), context.Time, cancellationToken);
    }

    private Task<int> ExplainAsync(ParseResult parsed, string request, CancellationToken cancellationToken)
    {
        var headers = parsed.GetValue(header) ?? [];
        if (!Proxy.Explain.Question.TryParse(request, headers, out var question, out var error))
        {
            throw CliException.OfUsage($"--explain: {error}");
        }

        var asked = string.Concat(headers.Select(one => $"&header={Uri.EscapeDataString(one)}"));
        return GatewayQuestion.AnswerAsync(
            context, parsed.GetValue(config) is { } file ? () => GatewayAnswers.Explain(file, question, context.Time) : null,
            $"/portolan/gateway/explain?request={Uri.EscapeDataString(request)}{asked}", parsed.GetValue(gateway), parsed.GetValue(json),
            ExplanationText.Print, cancellationToken);
    }
}
