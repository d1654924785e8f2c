using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Console = Portolan.Cli.Tests.Commands.Console;

namespace Portolan.Cli.Tests.Gateways;

public sealed class GatewayCommandTests : IDisposable
{
    private const string Yaml = """
        port: 8099
        routes:
          - { name: order, path: "/api/orders/{id}", methods: [GET], service: orders, rewrite: "/orders/{id}", cache: { ttl: 5s } }
          - { path: "/api/{**rest}", host: shop.example, service: legacy, headers: { X-Old: "*" }, query: { a: "1" } }

        """;

    private readonly TemporaryFolder folder = new();
    private readonly Console console;

    public GatewayCommandTests() => console = new Console(folder.Path);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_that_is_right_is_told_in_a_line()
    {
        var file = folder.Write("gateway.yaml", Yaml);

        Assert.Equal(0, await console.RunAsync("gateway", "--check", "--config", file));
        Assert.Equal(($"{file} is right: 2 routes to 2 services (legacy, orders); policies: cache 1; port 8099.\n", ""), (console.Out, console.Error));
    }

    [Fact]
    public async Task All_mistakes_of_a_file_are_told_at_once_with_line_and_fix()
    {
        var file = folder.Write("gateway.yaml", """
            timeout: soon
            services:
              orders: { attempts: 0 }
              stock: { retryBudget: 1%, balance: fair }
            routes:
              - { path: /a, servce: orders }
              - { path: "/b/{", service: orders }
              - { path: /c, service: orders }
              - { path: /c, service: Stock }

            """);

        Assert.Equal(1, await console.RunAsync("gateway", "--check", "--config", file));
        Assert.Equal("", console.Out);
        string[] expected =
        [
            "1:10: expected a time like 250ms, 30s, 5m, 2h or 1d as 'timeout', found 'soon'.",
            "3:23: expected a whole number from 1 to 10 as 'attempts', found '0'.",
            "4:38: 'balance' must be one of ",
            "6:17: unknown key 'servce' in a route; did you mean 'service'?",
            "7:13: '/b/{': '{' must be a literal",
            "9:13: '/c' matches the same requests as routes[2]; give one of them other methods, or remove it.",
            "9:26: 'Stock' is not a service's name: ",
        ];
        var lines = console.Error.TrimEnd().Split('\n');
        Assert.Equal(expected.Length, lines.Length);
        Assert.All(expected.Zip(lines), pair => Assert.StartsWith($"{file}:{pair.First}", pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_becomes_of_a_request_is_told()
    {
        Assert.Equal(0, await console.RunAsync("gateway", "--explain", "GET /api/orders/1", "-H", "X-Old: 1", "--config", folder.Write("gateway.yaml", Yaml)));

        Assert.Equal(
        [
            "GET /api/orders/1",
            "  route      order, GET /api/orders/{id} (routes[0])",
            "  why        It is the only route that takes this request.",
            "  values     id = 1",
            "  goes to    orders as GET /orders/1 (timeout 30s, 1 attempt, round-robin, circuit opens after 5 failures for 5s)",
            "  policies    1. limits   body 1MiB, uri 8KiB, headers 32KiB in 100",
            "              2. cache    ttl 5s, maxEntry 1MiB, collapseTimeout 10s",
        ],
        console.Out.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Routes_are_a_table_or_JSON()
    {
        var file = folder.Write("gateway.yaml", Yaml);

        Assert.Equal(0, await console.RunAsync("gateway", "routes", "--config", file));
        Assert.Equal(
        [
            "ROUTE                                     METHODS   HOST           PATH               ALSO          GOES TO                  POLICIES",
            "order                                     GET       any            /api/orders/{id}                 orders as /orders/{id}   cache",
            "shop.example/api/{**rest} [X-Old, ?a=1]   any       shop.example   /api/{**rest}      X-Old, ?a=1   legacy",
        ],
        console.Out.TrimEnd().Split('\n'));

        var json = new Console(folder.Path);
        Assert.Equal(0, await json.RunAsync("gateway", "routes", "--config", file, "--json"));
        using var document = JsonDocument.Parse(json.Out);
        Assert.Equal("order", document.RootElement.GetProperty("routes")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("gateway --explain DELETE+/a -H X:+y+z --json", "/portolan/gateway/explain?request=DELETE%20%2Fa&header=X%3A%20y%20z")]
    [InlineData("gateway routes --json", "/portolan/gateway/routes")]
    public async Task A_running_gateway_is_asked_where_no_file_is_named(string line, string expected)
    {
        var asked = new List<string>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        await using var gateway = builder.Build();
        gateway.Run(context =>
        {
            asked.Add(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
            return context.Response.WriteAsync("{}");
        });
        await gateway.StartAsync();

        Assert.Equal(0, await console.RunAsync([.. line.Split(' ').Select(word => word.Replace('+', ' ')), "--gateway", gateway.Urls.Single()]));
        Assert.Equal([expected, "{}\n"], [.. asked, console.Out]);
    }

    [Theory]
    [InlineData("gateway --check --explain /a", "--check and --explain ask different things; use one of them.")]
    [InlineData("gateway --json", "--json is for --explain: ")]
    [InlineData("gateway routes --config a --gateway b", "--config asks a file and --gateway a running gateway; name one of them.")]
    [InlineData("gateway --port 70000", "--port takes a whole number from 0 to 65535, not '70000'.")]
    [InlineData("gateway --chekc", "There is no option '--chekc' of portolan gateway; did you mean '--check'?")]
    public async Task A_wrong_command_line_is_explained(string line, string expected)
    {
        Assert.Equal(2, await console.RunAsync(line.Split(' ')));
        Assert.StartsWith(expected, console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_request_is_told()
    {
        Assert.Equal(2, await console.RunAsync("gateway", "--explain", "orders", "--config", folder.Write("gateway.yaml", Yaml)));
        Assert.Equal("--explain: expected a request like 'GET /api/orders/1', found 'orders'.\n", console.Error);
    }
}
