using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Console = Portolan.Cli.Tests.Commands.Console;

namespace Portolan.Cli.Tests.Load;

public sealed class LoadCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Json_has_the_counts_and_the_percentiles()
    {
        await using var server = await TestServer.StartAsync(context => context.Response.WriteAsync("hello"));
        var console = new Console(folder.Path);

        Assert.Equal(0, await console.RunAsync("load", server.Url, "--rate", "20", "--duration", "1", "--warm-up", "0", "--json"));
        var report = JsonDocument.Parse(console.Out).RootElement;
        Assert.Equal(20, report.GetProperty("answered").GetInt64() + report.GetProperty("unsent").GetInt64());
        Assert.True(report.GetProperty("statuses").GetProperty("200").GetInt64() > 0);
        Assert.All(["p50", "p90", "p99", "p99.9", "max"], name => Assert.True(report.GetProperty("latencyMs").GetProperty(name).GetDouble() > 0));
    }

    [Fact]
    public async Task People_get_words()
    {
        await using var server = await TestServer.StartAsync(context => context.Response.WriteAsync("hello"));
        var console = new Console(folder.Path);

        Assert.Equal(0, await console.RunAsync("load", server.Url, "--rate", "20", "--duration", "1", "--warm-up", "0"));
        Assert.Matches("""^GET http.*, 20 a second for 1 s, 64 connections(.*\n)+  answered .*\n  status     200: \d+\n  errors     none\n  latency    p50 .* ms""", console.Out);
    }

    [Theory]
    [InlineData(2, "127.0.0.1:80", "Name an address like http://127.0.0.1:8080/api/orders, not '127.0.0.1:80'.\n")]
    [InlineData(2, "http://127.0.0.1/ --header nonsense", "--header takes a header like 'Accept: application/json', not 'nonsense'.\n")]
    [InlineData(2, "http://127.0.0.1/ --header Content-Length:5", "Leave out --header 'Content-Length:5': the length follows from --body.\n")]
    [InlineData(2, "http://127.0.0.1/ --method GE(T", "--method takes a method like GET or POST, not 'GE(T'.\n")]
    [InlineData(1, "http://127.0.0.1/ --body @/no/where", "There is no file '/no/where'. After @, --body takes a file's path.\n")]
    [InlineData(1, "http://127.0.0.1:1/ --duration 1 --warm-up 0 --rate 5 --json", "Nothing answered at http://127.0.0.1:1/. Is this the address, and does it run?\n")]
    public async Task A_mistake_is_told_with_the_exit_code_of_its_kind(int code, string line, string expected)
    {
        var console = new Console(folder.Path);

        Assert.Equal(code, await console.RunAsync(["load", .. line.Split(' ')]));
        Assert.Equal(expected, console.Error);
    }
}
