using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Portolan.Cli.Tests.Commands;

public sealed class SplitCommandTests : IAsyncLifetime
{
    private const string Orders = """{"name":"orders","changed":true,"routes":["/orders"],"variants":[{"name":"stable","service":"orders","weight":90,"share":0.9,"requests":12},{"name":"canary","service":"orders-next","weight":10,"share":0.1,"requests":1}]}""";

    private readonly TemporaryFolder folder = new();
    private readonly List<string> requests = [];
    private WebApplication? gateway;
    private string address = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        gateway = builder.Build();
        gateway.Run(AnswerAsync);
        await gateway.StartAsync();
        address = gateway.Urls.Single();
    }

    public async ValueTask DisposeAsync()
    {
        await gateway!.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData("split list", "GET /portolan/gateway/splits ")]
    [InlineData("split set /orders/{id} stable=50 canary=50", "PUT /portolan/gateway/splits/%2Forders%2F%7Bid%7D {\"weights\":{\"stable\":50,\"canary\":50}}")]
    [InlineData("split switch invoices modern", "PUT /portolan/gateway/splits/invoices {\"mode\":\"modern\"}")]
    [InlineData("split switch invoices 25%", "PUT /portolan/gateway/splits/invoices {\"percent\":25}")]
    [InlineData("split reset orders", "DELETE /portolan/gateway/splits/orders ")]
    public async Task The_gateway_is_asked(string line, string request)
    {
        var console = new Console(folder.Path);

        Assert.Equal(0, await console.RunAsync([.. line.Split(' '), "--gateway", address]));

        Assert.Equal([request], requests);
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
        var console = new Console(folder.Path);

        Assert.Equal(2, await console.RunAsync([.. line.Split(' '), "--gateway", address]));

        Assert.StartsWith(expected, console.Error, StringComparison.Ordinal);
        Assert.Empty(requests);
    }

    [Fact]
    public async Task What_is_wrong_with_each_field_is_told()
    {
        var console = new Console(folder.Path);

        Assert.Equal(1, await console.RunAsync("split", "set", "refused", "canry=1", "--gateway", address));

        Assert.Equal("The request has invalid fields; see errors.\n  weights: There is no variant 'canry'.\n", console.Error);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.Value!.EndsWith("refused", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("""{"detail":"The request has invalid fields; see errors.","errors":{"weights":["There is no variant 'canry'."]}}""");
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        requests.Add($"{context.Request.Method} {context.Features.Get<IHttpRequestFeature>()!.RawTarget} {await reader.ReadToEndAsync()}");
        await context.Response.WriteAsync(HttpMethods.IsGet(context.Request.Method) ? $"{{\"splits\":[{Orders}]}}" : Orders);
    }
}
