namespace Portolan.Cli.Tests.Commands;

public sealed class SplitCommandTests : IAsyncLifetime
{
    private const string Orders = """{"name":"orders","changed":true,"routes":["/orders"],"variants":[{"name":"stable","service":"orders","weight":90,"share":0.9,"requests":12},{"name":"canary","service":"orders-next","weight":10,"share":0.1,"requests":1}]}""";

    private RecordingServer gateway = null!;

    public async ValueTask InitializeAsync() => gateway = await RecordingServer.StartAsync(Answer);

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Theory]
    [InlineData("split list", "GET /portolan/gateway/splits")]
    [InlineData("split set /orders/{id} stable=50 canary=50", "PUT /portolan/gateway/splits/%2Forders%2F%7Bid%7D {\"weights\":{\"stable\":50,\"canary\":50}}")]
    [InlineData("split switch invoices modern", "PUT /portolan/gateway/splits/invoices {\"mode\":\"modern\"}")]
    [InlineData("split switch invoices 25%", "PUT /portolan/gateway/splits/invoices {\"percent\":25}")]
    [InlineData("split reset orders", "DELETE /portolan/gateway/splits/orders")]
    public async Task The_gateway_is_asked(string line, string request)
    {
        var console = await gateway.RunAsync(line, "--gateway");

        Assert.Equal([request], gateway.Requests);
        Assert.Equal(
            [
                "SPLIT    VARIANT   SERVICE       WEIGHT   SHARE   REQUESTS",
                "orders   stable    orders        90       90 %    12         changed by hand",
                "orders   canary    orders-next   10       10 %    1          changed by hand",
                "",
            ],
            console.Out.Split('\n').Select(row => row.TrimEnd()));
    }

    [Theory]
    [InlineData("split set orders canary", "A weight is written like canary=10, not 'canary'.")]
    [InlineData("split switch invoices new", "A capability is switched to legacy, modern or a percentage like 25, not 'new'.")]
    public async Task What_cannot_be_meant_is_told_before_anybody_is_asked(string line, string expected)
    {
        var console = await gateway.RunAsync(line, "--gateway", exitCode: 2);

        Assert.StartsWith(expected, console.Error, StringComparison.Ordinal);
        Assert.Empty(gateway.Requests);
    }

    [Fact]
    public async Task What_is_wrong_with_each_field_is_told()
    {
        var console = await gateway.RunAsync("split set refused canry=1", "--gateway", exitCode: 1);

        Assert.Equal("The request has invalid fields:\n  weights: There is no variant 'canry'.\n", console.Error);
    }

    private static (int Status, string Body) Answer(string request) => request switch
    {
        _ when request.Contains("/refused ", StringComparison.Ordinal) =>
            (400, """{"detail":"The request has invalid fields; see errors.","errors":{"weights":["There is no variant 'canry'."]}}"""),
        ['G', 'E', 'T', ..] => (200, $"{{\"splits\":[{Orders}]}}"),
        _ => (200, Orders),
    };
}
