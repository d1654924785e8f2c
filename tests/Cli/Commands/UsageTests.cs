using System.CommandLine;
using Portolan.Cli.CommandLine;
using Portolan.Cli.Commands;
using Portolan.Cli.Running;
using Portolan.Cli.Terminal;

namespace Portolan.Cli.Tests.Commands;

public sealed class UsageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("pss", "There is no command 'pss' of portolan; did you mean 'ps'?\nSee 'portolan --help'.\n")]
    [InlineData("up --freshh", "There is no option '--freshh' of portolan up; did you mean '--fresh'?\nSee 'portolan up --help'.\n")]
    [InlineData("up --gateway-prot 1", "There is no option '--gateway-prot' of portolan up; did you mean '--gateway-port'?\nSee 'portolan up --help'.\n")]
    [InlineData("saga lits", "There is no command 'lits' of portolan saga; did you mean 'list'?\nSee 'portolan saga --help'.\n")]
    [InlineData("saga", "portolan saga needs a command: list, show, retry, skip.\nSee 'portolan saga --help'.\n")]
    [InlineData("up --gateway-port 70000", "--gateway-port takes a whole number from 0 to 65535, not '70000'.\nSee 'portolan up --help'.\n")]
    [InlineData("breaker opne", "There is no command 'opne' of portolan breaker; did you mean 'open'?\nSee 'portolan breaker --help'.\n")]
    [InlineData("breaker open orders stock --for 0", "--for takes a whole number from 1 to 86400, not '0'.\nSee 'portolan breaker open --help'.\n")]
    [InlineData("gateway check", "There is no command 'check' of portolan gateway; did you mean '--check'?\nSee 'portolan gateway --help'.\n")]
    [InlineData("gateway --check my.yaml", "A file is named with --config: portolan gateway --config my.yaml.\nSee 'portolan gateway --help'.\n")]
    [InlineData("gateway --explain GET /a/1", "Quote what belongs together: portolan gateway --explain 'GET /a/1'.\nSee 'portolan gateway --help'.\n")]
    [InlineData("saga list --server nonsense", "--server takes an address like http://127.0.0.1:8500, not 'nonsense'.\n")]
    [InlineData("split list --gateway nonsense", "--gateway takes an address like http://127.0.0.1:8080, not 'nonsense'.\n")]
    [InlineData("gateway --config /", "'/' is a folder. Name the file in it: --config /system.yaml, or a gateway.yaml.\n")]
    [InlineData("up a b", "There is no argument 'b' of portolan up.\nSee 'portolan up --help'.\n")]
    public async Task A_wrong_command_line_is_explained_with_exit_code_2(string line, string expected)
    {
        var console = new Console(folder.Path);

        Assert.Equal(2, await console.RunAsync(line.Split(' ')));
        Assert.Equal((expected, ""), (console.Error, console.Out));
    }

    [Theory]
    [InlineData("ps", "No system is running. Start one with 'portolan up <folder>'.\n")]
    [InlineData("down", "No system is running. Start one with 'portolan up <folder>'.\n")]
    [InlineData("up /no/where", "There is no folder '/no/where'. Name the folder that has the system's system.yaml.\n")]
    [InlineData("saga list --server http://127.0.0.1:1", "No Portolan server answers at http://127.0.0.1:1/. Start a system with 'portolan up <folder>', or name a server with --server <url>.\n")]
    public async Task A_failure_is_one_clear_message_with_exit_code_1(string line, string expected)
    {
        var console = new Console(folder.Path);

        Assert.Equal(1, await console.RunAsync(line.Split(' ')));
        Assert.Equal((expected, ""), (console.Error, console.Out));
    }

    public static TheoryData<string> AllCommands =>
        [.. Paths(CommandTree.Create(new CommandContext(new Screen(TextWriter.Null, TextWriter.Null, false, false), TimeProvider.System, Random.Shared, new SystemIndex(""))), "")];

    [Theory]
    [MemberData(nameof(AllCommands))]
    public async Task Help_teaches_with_a_sentence_and_an_example(string path)
    {
        var console = new Console(folder.Path);

        Assert.Equal(0, await console.RunAsync([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]));
        Assert.Matches($@"Description:\n  [A-Z].*\.\n(.*\n)*Examples?:\n  portolan {path}", console.Out);
    }

    private static IEnumerable<string> Paths(Command command, string path) =>
        command.Subcommands.SelectMany(inner => Paths(inner, $"{path} {inner.Name}".Trim())).Prepend(path);
}
