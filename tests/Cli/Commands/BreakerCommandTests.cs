using Portolan.Cli.Running;

namespace Portolan.Cli.Tests.Commands;

/// <summary>The gateway's circuits beside those of services. <see cref="GatewayStateCommandTests"/> has those of a real gateway.</summary>
public sealed class BreakerCommandTests : IAsyncLifetime
{
    private const string Header = "SERVICE   INSTANCE          BREAKER           STATE";

    private readonly TemporaryFolder folder = new();
    private RecordingServer server = null!;
    private RecordingServer gateway = null!;

    private string Own => $"gateway   {new Uri(gateway.Address).Authority}   orders/orders-1   open";

    public async ValueTask InitializeAsync()
    {
        server = await RecordingServer.StartAsync(_ => (200, """{"breakers":[{"service":"orders","instance":"orders-1","name":"stock/stock-1","state":"closed"}],"unreachable":[{"service":"stock","reason":"no instance"}]}"""));
        gateway = await RecordingServer.StartAsync(request => request switch
        {
            "GET /portolan/breakers" => (200, """{"breakers":[{"name":"orders/orders-1","state":"open"}]}"""),
            "POST /portolan/breakers/orders%2Forders-1/open?for=60" => (200, """{"name":"orders/orders-1","state":"forced-open"}"""),
            _ => (404, """{"detail":"There is no such circuit breaker here."}"""),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Those_of_services_and_those_of_the_gateway_are_one_list()
    {
        var console = await server.RunAsync($"breaker list --gateway {gateway.Address}");

        Assert.Equal((3, "stock did not answer: no instance\n"), (Rows(console).Count, console.Error));
        Assert.StartsWith(Header, Rows(console)[0], StringComparison.Ordinal);
        Assert.StartsWith("orders    orders-1 ", Rows(console)[1], StringComparison.Ordinal);
        Assert.StartsWith(Own, Rows(console)[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("breaker list")]
    [InlineData("breaker list gateway")]
    public async Task What_is_named_alone_is_asked_alone(string line)
    {
        var console = await gateway.RunAsync(line, "--gateway");

        Assert.Equal(2, Rows(console).Count);
        Assert.StartsWith(Own, Rows(console)[1], StringComparison.Ordinal);
        Assert.Equal(["GET /portolan/breakers"], gateway.Requests);
    }

    [Fact]
    public async Task For_programs_it_is_marked_too()
    {
        var console = await gateway.RunAsync("breaker list --json", "--gateway");

        Assert.Equal($$"""{"breakers":[{"name":"orders/orders-1","state":"open","service":"gateway","instance":"{{new Uri(gateway.Address).Authority}}"}]}""" + "\n", console.Out);
    }

    [Fact]
    public async Task One_of_the_gateway_is_forced_there()
    {
        var console = await gateway.RunAsync("breaker open gateway orders/orders-1 --for 60", "--gateway");

        Assert.Equal($"orders/orders-1 in the gateway at {new Uri(gateway.Address).Authority} is forced-open.\n", console.Out);
        Assert.Equal("There is no such circuit breaker here.\n", (await gateway.RunAsync("breaker reset gateway nope", "--gateway", exitCode: 1)).Error);
        Assert.StartsWith("The gateway is one process;", (await gateway.RunAsync("breaker close gateway a --instance b", "--gateway", exitCode: 2)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_running_system_both_are_asked()
    {
        await using var held = await RunSystemAsync(gateway.Address);

        Assert.Equal(3, Rows(await AskAsync()).Count);
    }

    [Fact]
    public async Task A_system_without_a_gateway_has_only_those_of_services()
    {
        await using var held = await RunSystemAsync(null);
        var console = await AskAsync();

        Assert.Equal((2, "stock did not answer: no instance\n"), (Rows(console).Count, console.Error));
    }

    [Fact]
    public async Task A_gateway_that_is_gone_is_told_apart_unless_it_was_asked_for()
    {
        await using var held = await RunSystemAsync("http://127.0.0.1:1");
        var console = await AskAsync();

        Assert.Equal(2, Rows(console).Count);
        Assert.Contains("\ngateway did not answer: No Portolan gateway answers at http://127.0.0.1:1/.", console.Error, StringComparison.Ordinal);
        Assert.StartsWith("No Portolan gateway answers", (await AskAsync(1, "gateway")).Error, StringComparison.Ordinal);
    }

    private static List<string> Rows(Console console) => [.. console.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private async Task<Console> AskAsync(int exitCode = 0, params string[] service)
    {
        var console = new Console(folder["home"]);
        Assert.Equal(exitCode, await console.RunAsync(["breaker", "list", .. service]));
        return console;
    }

    private async Task<FileStream> RunSystemAsync(string? address)
    {
        var paths = new SystemPaths(folder["shop"]);
        var held = await SystemLock.TryAcquireAsync(paths, TimeProvider.System, CancellationToken.None);
        StateFile.Write(paths.State, new SystemState("shop", paths.Folder, 1, server.Address, address, []), RunningJson.Default.SystemState);
        new SystemIndex(folder["home"]).Add("shop", paths);
        return held!;
    }
}
