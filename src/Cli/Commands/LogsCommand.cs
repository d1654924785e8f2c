using System.CommandLine;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Logs;
using Portolan.Cli.Processes;
using Portolan.Cli.Running;
using Portolan.Cli.SystemFile;
using Portolan.Cli.Terminal;
using Portolan.Proxy.Settings;

namespace Portolan.Cli.Commands;

/// <summary><c>portolan logs</c>.</summary>
internal sealed class LogsCommand : PortolanCommand
{
    private const int LinesOfTrace = 10_000;

    private readonly Argument<string[]> names = new("service") { Description = "A service or an instance, and the system's folder where several run", Arity = new ArgumentArity(0, 2) };
    private readonly Option<string?> trace = new("--trace") { Description = "Only lines of this trace, correlation or request id, across all services", HelpName = "id" };
    private readonly Option<int?> lines = new("--lines", "-n") { Description = "So many of the newest lines (default 100; with --trace all)", HelpName = "count" };
    private readonly Option<bool> follow = new("--follow", "-f") { Description = "Go on with what is logged from now on" };
    private readonly Option<bool> json = Operands.Json();
    private readonly CommandContext context;

    public LogsCommand(CommandContext context)
        : base(
            "logs",
            "Prints what the services of a system logged, in the order of time.",
            "portolan logs orders --follow",
            "portolan logs --trace 4bf92f3577b34da6a3ce929d0e0e4736")
    {
        this.context = context;
        lines.Validators.Add(Ranges.Lines);
        Add(names);
        Add(trace);
        Add(lines);
        Add(follow);
        Add(json);
        SetAction((parsed, _) => RunAsync(parsed));
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var given = parsed.GetValue(names) ?? [];
        var folder = given.FirstOrDefault(IsSystem);
        var paths = Find(folder);
        var id = parsed.GetValue(trace);
        var query = new LogQuery(given.FirstOrDefault(name => name != folder), id, parsed.GetValue(lines) ?? (id is null ? 100 : LinesOfTrace));
        var instances = query.Instances(paths.Logs);
        CheckFound(query, instances, paths);

        var all = new LogQuery(null, null, 1).Instances(paths.Logs).ToList();
        var width = instances.Max(instance => instance.Length);
        void Print(string instance, LogLine line) => context.Screen.Out.WriteLine(
            parsed.GetValue(json) ? line.Raw : LogFormat.Line(context.Screen, instance, width, all.IndexOf(instance), line));

        // The follower stands at the files' ends before the past is read: a line may come twice, none is lost.
        using var follower = new LogFollower(paths.Logs, query, Print);
        var past = query.Read(paths.Logs, instances);
        foreach (var (instance, line) in past)
        {
            Print(instance, line);
        }

        if (parsed.GetValue(follow))
        {
            using var interrupt = new Interrupt();
            await follower.RunAsync(() => SystemLock.IsHeld(paths), context.Time, interrupt.Token);
            return 0;
        }

        return past.Count > 0 || id is null ? 0 : throw new CliException($"No log line belongs to '{id}'. It takes a trace, correlation or request id, as in an answer's X-Trace-ID.");
    }

    private SystemPaths Find(string? folder)
    {
        if (folder is not null)
        {
            return new SystemPaths(folder);
        }

        // The logs of a system that has stopped are still there for whoever stands in its folder.
        return context.Index.Running().Count == 0 && IsSystem(".") ? new SystemPaths(".") : RunningSystem.Find(null, context.Index, "logs <service>").Paths;
    }

    private static void CheckFound(LogQuery query, IReadOnlyList<string> instances, SystemPaths paths)
    {
        if (instances.Count > 0)
        {
            return;
        }

        var known = new LogQuery(null, null, 1).Instances(paths.Logs);
        var hint = query.Name is null ? "" : Nearest.Hint(query.Name, known);
        throw new CliException(known.Count == 0
            ? $"The system in '{paths.Folder}' has no logs yet."
            : $"There is no service or instance '{query.Name}' in '{paths.Folder}'" + (hint.Length > 0 ? hint : $"; there are {string.Join(", ", known)}."));
    }

    private static bool IsSystem(string path) =>
        File.Exists(Path.Combine(path, SystemConfig.FileName)) || Directory.Exists(new SystemPaths(path).Logs);
}
