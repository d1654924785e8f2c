using Portolan.Proxy.Configuration;
using Portolan.Proxy.Limits;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Configuration;

public sealed class ConfigTests
{
    [Fact]
    public void The_shops_routes_are_accepted()
    {
        var config = new GatewayConfig
        {
            Routes =
            [
                Route("/api/orders", "orders", "/orders") with { Methods = ["POST"] },
                Route("/api/orders/{id}", "orders", "/orders/{id}") with { Methods = ["GET"] },
                Route("/v1/sagas/{**rest}", "orders"),
                Composed(
                    "/api/orders/{id}/details",
                    Part("order", "orders", "/orders/{id}"),
                    Part("customer", "customers", "/customers/{order.customerId}") with { Optional = true },
                    new PartConfig { Name = "product", First = "products" },
                    Part("products", "catalog", "/products/{item.productId}") with { Each = "order.items" }),
            ],
        };

        Assert.Empty(config.Validate());
    }

    [Theory]
    [InlineData("api", "must begin with '/'")]
    [InlineData("/a/{", "must be a literal, {name} or {**name}")]
    [InlineData("/a/}", "must be a literal, {name} or {**name}")]
    [InlineData("/a/x{id}", "must be a literal, {name} or {**name}")]
    [InlineData("/a/{i-d}", "must be a literal, {name} or {**name}")]
    [InlineData("/{**rest}/a", "must be last")]
    [InlineData("/{id}/{id}", "twice")]
    [InlineData("/a/../b", "'.' or '..'")]
    [InlineData("/a b", "percent-encoded")]
    [InlineData("/health/live", "answered by the gateway itself")]
    [InlineData("/ready/", "answered by the gateway itself")]
    public void A_path_that_cannot_be_matched_is_refused(string path, string expected)
    {
        var error = Assert.Single(new GatewayConfig { Routes = [Route(path, "orders")] }.Validate());

        Assert.Equal("routes[0].path", error.Where);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void All_errors_come_at_once_with_their_places()
    {
        var config = new GatewayConfig
        {
            Limits = new LimitsConfig { Body = 0 },
            Routes =
            [
                new RouteConfig { Path = "/a" },
                Route("/b/{id}", "Orders!", "/x/{other}"),
                Route("/c/{x}", "orders"),
                Route("/c/{y}", "orders"),
                Composed(
                    "/d/{id}",
                    Part("one", "s", "/x/{two.id}"),
                    Part("two", "s", "/x/{one.id}"),
                    Part("three", "s", "/x/{item.id}/{nothing}"),
                    new PartConfig { Name = "four", First = "gone" }),
            ],
        };

        Assert.Equal(
        [
            "limits.body",
            "routes[0]",
            "routes[1].service",
            "routes[1].rewrite",
            "routes[4].compose.three.path",
            "routes[4].compose.three.path",
            "routes[4].compose.four.first",
            "routes[4].compose",
            "routes[3].path",
        ],
        config.Validate().Select(error => error.Where));
    }

    private static RouteConfig Route(string path, string service, string? rewrite = null) =>
        new() { Path = path, Service = service, Rewrite = rewrite };

    private static RouteConfig Composed(string path, params PartConfig[] parts) => new() { Path = path, Compose = parts };

    private static PartConfig Part(string name, string service, string path) => new() { Name = name, Service = service, Path = path };

    [Fact]
    public void What_a_service_does_not_say_is_as_for_all()
    {
        var services = ConfigText.Read("""
            services:
              orders: { attempts: 2, addresses: 127.0.0.1:5001 }
              "*": { timeout: 1s, attempts: 3, hedge: p95 }
            routes: []
            """).Services;

        var orders = services.Single(service => service.Name == "orders");
        Assert.Equal((2, TimeSpan.FromSeconds(1), 0.95), (orders.Attempts, orders.Timeout, orders.HedgePercentile));
        Assert.Equal(3, services.Single(service => service.Name == "*").Attempts);
    }

    [Fact]
    public void A_mistake_of_all_is_told_once() => Assert.Equal(
        "gateway.yaml:3:19: expected a time like 250ms, 30s, 5m, 2h or 1d as 'timeout', found 'soon'.",
        ConfigText.ProblemsOf("services:\n  orders: {}\n  \"*\": { timeout: soon }\nroutes: []"));

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void A_file_nested_without_end_is_refused_and_ends_nothing(string level)
    {
        var problems = new YamlProblems("gateway.yaml");

        Assert.Null(GatewayFile.Parse("routes:\n  " + string.Concat(Enumerable.Repeat(level, 200_000)), problems));
        Assert.Contains("nested more than 100 deep", problems.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-a: &a\n  b: *a\nroutes: []")]
    [InlineData("x-a: &a [1,2,3,4,5,6,7,8]\nx-b: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nx-c: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nx-d: &d [*c,*c,*c,*c,*c,*c,*c,*c]\nx-e: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nx-f: &f [*e,*e,*e,*e,*e,*e,*e,*e]\nx-g: [*f,*f,*f,*f,*f,*f,*f,*f]\nroutes: []")]
    public void Aliases_that_never_end_are_refused(string yaml)
    {
        var problems = new YamlProblems("gateway.yaml");

        Assert.Null(GatewayFile.Parse(yaml, problems));
        Assert.Contains("aliases (*name) contain themselves", problems.ToString(), StringComparison.Ordinal);
    }
}
