using System.CommandLine;
using System.Text;
using System.Text.Json;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Load;
using Portolan.Cli.Processes;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan load</c>.</summary>
internal sealed class LoadCommand : PortolanCommand
{
    private readonly Argument<string> url = new("url") { Description = "Where requests go, such as http://127.0.0.1:8080/api/products" };
    private readonly Option<int> rate = new("--rate", "-r") { Description = "Requests a second, each sent at its own moment, whatever the answers do", DefaultValueFactory = _ => 100, HelpName = "count" };
    private readonly Option<bool> closed = new("--closed") { Description = "No rate: each connection sends its next when it has its answer, to find the most that can be done" };
    private readonly Option<int> duration = new("--duration", "-d") { Description = "Seconds that count", DefaultValueFactory = _ => 10, HelpName = "seconds" };
    private readonly Option<int> warmUp = new("--warm-up", "-w") { Description = "Seconds before, which do not count", DefaultValueFactory = _ => 1, HelpName = "seconds" };
    private readonly Option<int> connections = new("--connections", "-c") { Description = "Connections, so requests that may be under way at once", DefaultValueFactory = _ => 64, HelpName = "count" };
    private readonly Option<int> timeout = new("--timeout", "-t") { Description = "Seconds from sending to the end of the answer", DefaultValueFactory = _ => 10, HelpName = "seconds" };
    private readonly Option<string?> method = new("--method", "-X") { Description = "Otherwise GET, or POST with a body", HelpName = "method" };
    private readonly Option<string[]> headers = new("--header", "-H") { Description = "Such as 'Accept: application/json'; may be repeated", HelpName = "name: value" };
    private readonly Option<string?> body = new("--body", "-b") { Description = "What is sent: text, or @ and a file", HelpName = "text" };
    private readonly Option<bool> insecure = new("--insecure", "-k") { Description = "Accept a certificate that nobody vouches for" };
    private readonly Option<bool> json = Operands.Json();

    public LoadCommand(CommandContext context)
        : base(
            "load", "Sends requests at a fixed rate and tells how long they took, counted from the moment each was due.",
            "portolan load http://127.0.0.1:8080/api/products --rate 500 --duration 30",
            "portolan load http://127.0.0.1:8080/api/orders --body @order.json --header 'Content-Type: application/json'")
    {
        rate.Validators.Add(Ranges.Rate);
        duration.Validators.Add(Ranges.Seconds);
        warmUp.Validators.Add(Ranges.SecondsOrNone);
        connections.Validators.Add(Ranges.Connections);
        timeout.Validators.Add(Ranges.Seconds);
        Add(url);
        foreach (var option in (Option[])[rate, closed, duration, warmUp, connections, timeout, method, headers, body, insecure, json])
        {
            Add(option);
        }

        SetAction((parsed, cancellationToken) => RunAsync(Read(parsed), parsed.GetValue(json), context, cancellationToken));
    }

    private static async Task<int> RunAsync(LoadPlan plan, bool json, CommandContext context, CancellationToken cancellationToken)
    {
        // The first Ctrl-C ends the run, and what was seen is told.
        using var interrupt = new Interrupt();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, interrupt.Token);
        var run = new LoadRun(plan, context.Time).RunAsync(stop.Token);
        var result = json ? await run : await new StatusLine(context.Screen, context.Time).WhileAsync(Headline(plan), _ => Headline(plan), run);
        var report = LoadReport.Of(result);
        if (json)
        {
            context.Screen.Out.WriteLine(JsonSerializer.Serialize(report, LoadJson.Default.LoadReport));
        }
        else
        {
            report.Print(context.Screen);
        }

        return report.Answered > 0 || stop.IsCancellationRequested
            ? 0
            : throw new CliException(
                report.Errors.ContainsKey("tls") ? $"No TLS connection could be made to {plan.Request.Target}. If its certificate is your own, accept it with --insecure."
                : report.Errors.Count == 0 || report.Errors.ContainsKey("timeout") ? $"Nothing answered at {plan.Request.Target} in time. Wait longer with --timeout and --duration, or ask less with --rate."
                : $"Nothing answered at {plan.Request.Target}. Is this the address, and does it run?");
    }

    private LoadPlan Read(ParseResult parsed) => new(
        LoadRequest.Create(parsed.GetRequiredValue(url), parsed.GetValue(method), parsed.GetValue(headers) ?? [], BodyOf(parsed.GetValue(body))),
        parsed.GetValue(closed) ? null : parsed.GetValue(rate),
        TimeSpan.FromSeconds(parsed.GetValue(duration)),
        TimeSpan.FromSeconds(parsed.GetValue(warmUp)),
        parsed.GetValue(connections),
        TimeSpan.FromSeconds(parsed.GetValue(timeout)),
        parsed.GetValue(insecure));

    private static byte[] BodyOf(string? text) => text switch
    {
        null => [],
        ['@', .. var file] => File.Exists(file) ? File.ReadAllBytes(file) : throw new CliException($"There is no file '{file}'. After @, --body takes a file's path."),
        _ => Encoding.UTF8.GetBytes(text),
    };

    private static string Headline(LoadPlan plan) =>
        $"{plan.Request.Method} {plan.Request.Target}, {(plan.Rate is { } rate ? $"{rate:#,0} a second" : "as many as are answered")} for {plan.Duration.TotalSeconds:0} s, {plan.Connections} connections";
}
