using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Gateways;
using Portolan.Cli.Terminal;
using Portolan.Proxy.Settings;

namespace Portolan.Cli.Commands;

/// <summary>All commands, and how their mistakes are told.</summary>
internal static class CommandTree
{
    private const int Failed = 1;
    private const int Usage = 2;

    public static RootCommand Create(CommandContext context)
    {
        var root = new RootCommand("Portolan runs systems of microservices: the services, their control plane and their gateway.")
        {
            new UpCommand(context),
            PsCommand.Create(context),
            new LogsCommand(context),
            DownCommand.Create(context),
            ServerCommand.Create(context),
            new GatewayCommand(context),
            new SidecarCommand(context),
            RegistryCommand.Create(context),
            SagaCommand.Create(context),
            DeadLetterCommand.Create(context),
            BreakerCommand.Create(context),
            SplitCommand.Create(context),
            FlagCommand.Create(context),
            CacheCommand.Create(context),
            MirrorCommand.Create(context),
            new LoadCommand(context),
        };
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, ["portolan up samples/shop", "portolan ps", "portolan up --help"]);
        return root;
    }

    /// <summary>Parses and runs; the exit code is 0, 1 for a failure that was told on the error output, 2 for a wrong command line.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CommandContext context)
    {
        // An argument that begins with @ names a file of ours, such as a body; the library would read arguments from it.
        var plain = new ParserConfiguration { ResponseFileTokenReplacer = null };
        var parsed = Create(context).Parse(arguments.Count == 0 ? ["--help"] : arguments, plain);
        if (parsed.Action is not HelpWithExamples && UsageProblem(parsed) is { } problem)
        {
            context.Screen.Error.WriteLine($"{problem}\nSee '{PathOf(parsed.CommandResult.Command)} --help'.");
            return Usage;
        }

        try
        {
            // Signals are the commands' own business: 'up' needs longer than the library would let it live.
            var invocation = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = context.Screen.Out,
                Error = context.Screen.Error,
            };
            return await parsed.InvokeAsync(invocation);
        }
        catch (Exception told) when (told is CliException or IOException or UnauthorizedAccessException)
        {
            context.Screen.Error.WriteLine(told.Message);
            return told is CliException { IsOfUsage: true } ? Usage : Failed;
        }
    }

    private static string? UsageProblem(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;

        // The parser takes an option that it does not know for an argument where one may stand.
        // What stands after -- is somebody else's.
        var ours = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value).ToHashSet();
        var arguments = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens).Select(token => token.Value).Where(ours.Contains);
        if (arguments.Concat(parsed.UnmatchedTokens).FirstOrDefault(text => text is ['-', _, ..]) is { } option)
        {
            var known = Lineage(command).SelectMany(one => one.Options).Where(one => !one.Hidden).SelectMany(one => one.Aliases.Prepend(one.Name));
            return $"There is no option '{option}' of {PathOf(command)}{Hint(option, known)}";
        }

        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            if (unknown is not [] && command.Options.FirstOrDefault(one => one.Name.TrimStart('-') == unknown) is { } meant)
            {
                return $"There is no command '{unknown}' of {PathOf(command)}; did you mean '{meant.Name}'?";
            }

            if (IsFile(unknown) && command.Options.Any(one => one.Name == "--config"))
            {
                return $"A file is named with --config: {PathOf(command)} --config {unknown}.";
            }

            if (unknown[0] == '/' && command.Options.Any(one => one.Name == "--explain"))
            {
                return $"Quote what belongs together: {PathOf(command)} --explain 'GET {unknown}'.";
            }

            var what = command.Subcommands.Count > 0 ? "command" : "argument";
            return $"There is no {what} '{unknown}' of {PathOf(command)}{Hint(unknown, command.Subcommands.Select(one => one.Name))}";
        }

        return parsed.Errors switch
        {
            [] => null,
            _ when command is { Action: null, Subcommands.Count: > 0 } => $"{PathOf(command)} needs a command: {string.Join(", ", command.Subcommands.Select(one => one.Name))}.",
            [var first, ..] => first.Message,
        };
    }

    private static bool IsFile(string text) =>
        text.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || text.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || File.Exists(text) || Directory.Exists(text);

    private static string Hint(string token, IEnumerable<string> known) => Nearest.Hint(token, known) is { Length: > 0 } hint ? hint : ".";

    private static IEnumerable<Command> Lineage(Command command) =>
        command.Parents.OfType<Command>().SelectMany(Lineage).Prepend(command);

    private static string PathOf(Command command) =>
        string.Join(' ', Lineage(command).Reverse().Select(one => one is RootCommand ? "portolan" : one.Name));
}
