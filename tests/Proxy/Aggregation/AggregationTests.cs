using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Aggregation;

public sealed class AggregationTests
{
    private static readonly RouteConfig Details = new()
    {
        Path = "/api/orders/{id}/details",
        Compose =
        [
            new PartConfig { Name = "order", Service = "orders", Path = "/orders/{id}" },
            new PartConfig { Name = "customer", Service = "customers", Path = "/customers/{order.customerId}", Optional = true },
            new PartConfig { Name = "product", First = "products" },
            new PartConfig { Name = "products", Service = "catalog", Path = "/products/{item.productId}", Each = "order.items", Optional = true },
        ],
    };

    private readonly ConcurrentDictionary<string, string> answers = new()
    {
        ["/orders/7"] = """{"id":7,"customerId":"cust 4/56","items":[{"productId":"p1"},{"productId":"p2"},{"productId":"p1"}]}""",
        ["/customers/cust%204%2F56"] = """{"name":"Jane"}""",
        ["/products/p1"] = """{"id":"p1"}""",
        ["/products/p2"] = """{"id":"p2"}""",
        ["/orders/empty"] = """{"customerId":"cust 4/56","items":[]}""",
        ["/orders/lost"] = """{"customerId":"gone","items":[{"productId":"p1"},{"productId":"gone"}]}""",
        ["/orders/climbs"] = """{"customerId":"..","items":null}""",
        ["/orders/reaches"] = """{"customerId":"cust 4/56","items":"none"}""",
        ["/orders/broken"] = "<html>",
    };

    private readonly ConcurrentQueue<string> asked = new();

    [Theory]
    [InlineData("7", """{"order":{"id":7,"customerId":"cust 4/56","items":[{"productId":"p1"},{"productId":"p2"},{"productId":"p1"}]},"customer":{"name":"Jane"},"product":{"id":"p1"},"products":[{"id":"p1"},{"id":"p2"},{"id":"p1"}]}""")]
    [InlineData("empty", """{"order":{"customerId":"cust 4/56","items":[]},"customer":{"name":"Jane"},"product":null,"products":[]}""")]
    [InlineData("lost", """{"order":{"customerId":"gone","items":[{"productId":"p1"},{"productId":"gone"}]},"customer":null,"product":{"id":"p1"},"products":[{"id":"p1"},null],"meta":{"partial":["customer","products"]}}""")]
    [InlineData("climbs", """{"order":{"customerId":"..","items":null},"customer":null,"product":null,"products":[],"meta":{"partial":["customer"]}}""")]
    [InlineData("reaches", """{"order":{"customerId":"cust 4/56","items":"none"},"customer":{"name":"Jane"},"product":null,"products":null,"meta":{"partial":["product","products"]}}""")]
    public async Task The_parts_are_put_together(string order, string expected)
    {
        await using var upstream = await StartAsync();
        await using var gateway = await StartAsync(upstream.Address, upstream.Address, upstream.Address);

        Assert.Equal(expected, await gateway.Client.GetStringAsync($"/api/orders/{order}/details"));
    }

    [Fact]
    public async Task What_several_items_name_is_fetched_once()
    {
        await using var upstream = await StartAsync();
        await using var gateway = await StartAsync(upstream.Address, upstream.Address, upstream.Address);
        await gateway.Client.GetStringAsync("/api/orders/7/details");

        Assert.Equal(["/customers/cust%204%2F56", "/orders/7", "/products/p1", "/products/p2"], asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_optional_part_whose_service_is_down_is_null_and_named()
    {
        await using var upstream = await StartAsync();
        await using var gateway = await StartAsync(upstream.Address, RawServer.NobodyThere(), upstream.Address);
        var answer = await gateway.Client.GetStringAsync("/api/orders/7/details");

        Assert.Contains("\"customer\":null", answer);
        Assert.EndsWith("""],"meta":{"partial":["customer"]}}""", answer);
    }

    [Theory]
    [InlineData("nowhere", HttpStatusCode.NotFound, "not-found")]
    [InlineData("broken", HttpStatusCode.BadGateway, "part-failed")]
    [InlineData("fails", HttpStatusCode.BadGateway, "part-failed")]
    public async Task A_required_part_that_fails_is_a_problem_that_names_it(string order, HttpStatusCode status, string name)
    {
        await using var upstream = await StartAsync();
        await using var gateway = await StartAsync(upstream.Address, upstream.Address, upstream.Address);
        using var response = await gateway.Client.GetAsync($"/api/orders/{order}/details");
        var problem = await response.Content.ReadAsStringAsync();

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(name, problem);
        Assert.Contains("'order'", problem);
        Assert.True(response.Headers.Contains("X-Correlation-ID"));
    }

    [Fact]
    public async Task A_required_part_that_does_not_come_in_time_is_504()
    {
        using var server = new RawServer(async socket =>
        {
            await RawServer.ReadHeadAsync(socket);
            await RawServer.ReadHeadAsync(socket);
        });
        await using var gateway = await Gateway.StartAsync(
            new GatewayConfig { Timeout = TimeSpan.FromMilliseconds(200), Routes = [Details] }, ("orders", [server.Address]));
        using var response = await gateway.Client.GetAsync("/api/orders/7/details");

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
    }

    [Fact]
    public async Task An_optional_part_that_is_late_is_given_up()
    {
        await using var upstream = await StartAsync();
        using var slow = new RawServer(async socket =>
        {
            await RawServer.ReadHeadAsync(socket);
            await RawServer.ReadHeadAsync(socket);
        });
        var parts = Details.Compose!.Select(part => part.Name == "customer" ? part with { Timeout = TimeSpan.FromMilliseconds(50) } : part);
        await using var gateway = await Gateway.StartAsync(
            new GatewayConfig { Routes = [Details with { Compose = [.. parts] }] },
            ("orders", [upstream.Address]), ("customers", [slow.Address]), ("catalog", [upstream.Address]));

        Assert.Contains("\"customer\":null", await gateway.Client.GetStringAsync("/api/orders/7/details"));
    }

    [Fact]
    public async Task A_field_cannot_lead_to_the_operators_surface()
    {
        answers["/orders/evil"] = """{"kind":"Portolan"}""";
        answers["/Portolan/sagas"] = "1";
        await using var upstream = await StartAsync();
        var route = new RouteConfig
        {
            Path = "/x/{id}",
            Compose =
            [
                new PartConfig { Name = "order", Service = "orders", Path = "/orders/{id}" },
                new PartConfig { Name = "more", Service = "orders", Path = "/{order.kind}/sagas", Optional = true },
            ],
        };
        await using var gateway = await Gateway.StartAsync(new GatewayConfig { Routes = [route] }, ("orders", [upstream.Address]));

        Assert.Contains("\"more\":null", await gateway.Client.GetStringAsync("/x/evil"));
        Assert.Equal(["/orders/evil"], asked);
    }

    [Fact]
    public async Task Only_GET_is_composed()
    {
        await using var gateway = await StartAsync(RawServer.NobodyThere(), RawServer.NobodyThere(), RawServer.NobodyThere());
        using var response = await gateway.Client.PostAsync("/api/orders/7/details", null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task What_all_parts_bring_together_is_bounded()
    {
        await using var service = await Upstream.StartAsync(async context =>
        {
            var target = context.Request.Path.Value!;
            await context.Response.WriteAsync(target == "/list" ? $"[{string.Join(',', Enumerable.Range(0, int.Parse(context.Request.Query["n"]!)))}]" : "\"" + new string('x', 3_000_000) + "\"");
        });
        await using var gateway = await Gateway.StartAsync(
            "routes: [{ path: '/all/{n}', compose: { list: { service: a, path: '/list?n={n}' }, each: { service: a, path: '/part/{item}', each: list } } }]", ("a", [service.Address]));

        using var few = await gateway.Client.GetAsync("/all/5");
        using var many = await gateway.Client.GetAsync("/all/100");

        Assert.Equal((200, 502), ((int)few.StatusCode, (int)many.StatusCode));
        Assert.Contains("16 MiB of all parts together", await many.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static Task<Gateway> StartAsync(string orders, string customers, string catalog) => Gateway.StartAsync(
        new GatewayConfig { Routes = [Details] }, ("orders", [orders]), ("customers", [customers]), ("catalog", [catalog]));

    private Task<Upstream> StartAsync() => Upstream.StartAsync(async context =>
    {
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        asked.Enqueue(target);
        context.Response.StatusCode = target == "/orders/fails" ? 500 : answers.ContainsKey(target) ? 200 : 404;
        await context.Response.WriteAsync(answers.GetValueOrDefault(target, ""));
    });
}
