using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Routing;

public sealed class PrecedenceTests
{
    // A request, the routes in the order of the file (the first ones would match too), and the name of the one that takes it.
    [Theory]
    [InlineData("/a", "x.shop.example", "", "/{**rest}; *.shop.example/{**rest}; x.shop.example/{**rest}", 2)]
    [InlineData("/a", "x.shop.example", "", "*.example/{**rest}; *.shop.example/{**rest}", 1)]
    [InlineData("/a", "X.Shop.Example:8080", "", "/{**rest}; x.shop.example/a", 1)]
    [InlineData("/a", "x.y.shop.example", "", "/{**rest}; *.shop.example/{**rest}", 1)]
    [InlineData("/a", "shop.example", "", "*.shop.example/{**rest}; /{**rest}", 1)]
    [InlineData("/a", "shop.example.", "", "/{**rest}; shop.example/{**rest}", 1)]
    [InlineData("/b", "shop.example", "", "shop.example/a; /{**rest}", 1)]
    [InlineData("/a", "[::1]:80", "", "/{**rest}; [::1]/{**rest}", 1)]
    [InlineData("/a/b/c", "", "", "/{**rest}; /a/{**rest}; /a/b/{**rest}", 2)]
    [InlineData("/a/b/c", "", "", "/a/{x}/c; /a/b/{**rest}; /a/b/c", 2)]
    [InlineData("/a/b", "", "", "/{x}/b; /a/{x}", 1)]
    [InlineData("/a/b/d", "", "", "/a/{x}/d; /a/b/c", 0)]
    [InlineData("/a", "", "", "/a; GET /a", 1)]
    [InlineData("/a?q=1", "", "X-A: 1|X-B: 2", "/a?q=1; GET /a; /a[X-A=1,X-B=*]", 1)]
    [InlineData("/a?q=1", "", "X-A: 1|X-B: 2", "/a?q=1; /a[X-A=1]; /a[X-A=1,X-B=*]", 2)]
    [InlineData("/a?q=1&r", "", "X-A: 1", "/a[X-A=1]; /a?q=*&r=*; /a[X-A=1]?q=1", 2)]
    [InlineData("/a?q=1&r", "", "", "/a; /a?q=1; /a?q=1&r=*", 2)]
    [InlineData("/a", "", "X-A: 1|X-B: 1", "/a[X-B=1]; /a[X-A=1]", 0)]
    [InlineData("/a", "", "x-a: 2", "/a[X-A=1]; /a", 1)]
    [InlineData("/a?q=2&q=1", "", "", "/a?q=1; /a", 1)]
    [InlineData("/a?%71=a%20b", "", "", "/a; /a?q=a b", 1)]
    [InlineData("/%61/b", "", "", "/{**rest}; /a/b", 1)]
    [InlineData("/a%2Fb", "", "", "/a/b; /{x}", 1)]
    [InlineData("/a%2Fb", "", "", "/{x}; /a%2fb", 1)]
    public async Task The_most_specific_route_is_taken(string target, string host, string headers, string routes, int expected)
    {
        await using var echo = await Upstream.StartAsync(context => context.Response.WriteAsync(context.Request.Path.Value!));
        var config = new GatewayConfig { Routes = [.. routes.Split("; ").Select((text, index) => Route(text) with { Service = "backend", Rewrite = $"/taken-{index}" })] };
        await using var gateway = await Gateway.StartAsync(config, ("backend", [echo.Address]));

        var lines = string.Concat(headers.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(line => line + "\r\n"));
        var answer = await gateway.SendRawAsync($"GET {target} HTTP/1.1\r\nHost: {(host.Length > 0 ? host : "localhost")}\r\n{lines}Connection: close\r\n\r\n");

        Assert.Contains($"/taken-{expected}", answer);
    }

    [Fact]
    public async Task Only_routes_whose_conditions_hold_are_named_in_Allow()
    {
        var config = new GatewayConfig { Routes = [Route("GET /a") with { Service = "s" }, Route("PUT /a[X-A=1]") with { Service = "s" }, Route("DELETE other.example/a") with { Service = "s" }] };
        await using var gateway = await Gateway.StartAsync(config, ("s", [RawServer.NobodyThere()]));
        using var answer = await gateway.Client.PostAsync("/a", null);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["GET", "HEAD"], answer.Content.Headers.Allow);
    }

    [Fact]
    public void Routes_that_differ_in_a_condition_stand_beside_each_other()
    {
        string[] routes = ["/a", "GET /a", "h.example/a", "/a[X=1]", "/a[X=*]", "/a?q=1", "/a[X=1]?q=1", "/a[x=1]", "H.example/a", "/a[X=1]?q=1"];
        var config = new GatewayConfig { Routes = [.. routes.Select(text => Route(text) with { Service = "s" })] };

        Assert.Equal(["routes[7].path", "routes[8].path", "routes[9].path"], config.Validate().Select(error => error.Where));
    }

    [Theory]
    [InlineData("shop.example:80")]
    [InlineData("*shop.example")]
    [InlineData("a/b")]
    [InlineData("")]
    public void A_host_that_cannot_be_is_refused(string host)
    {
        var error = Assert.Single(new GatewayConfig { Routes = [new RouteConfig { Path = "/a", Service = "s", Hosts = [host] }] }.Validate());

        Assert.Equal("routes[0].host", error.Where);
    }

    [Fact]
    public void Conditions_are_read_from_the_file()
    {
        var config = Tests.Configuration.GatewayFileTests.Read(
            """
            routes:
              - host: [shop.example, "*.shop.example"]
                path: /a
                headers: { X-Tenant: blue, X-Beta: "*" }
                query: { page: "1" }
                service: orders
              - { host: one.example, path: /a, service: orders }
            """);

        Assert.Equal("shop.example,*.shop.example/a [X-Tenant=blue, X-Beta, ?page=1]", config.Routes[0].Name);
        Assert.Equal("one.example/a", config.Routes[1].Name);
    }

    // METHOD host/path[Header=value,…]?name=value&…, where * is any value.
    private static RouteConfig Route(string text)
    {
        var method = text.Contains(' ') && char.IsUpper(text[1]) ? text.Split(' ')[0] : null;
        var rest = method is null ? text : text[(method.Length + 1)..];
        var host = rest.StartsWith('/') ? null : rest[..rest.IndexOf('/')];
        var path = rest[(host?.Length ?? 0)..].Split('?', '[')[0];
        return new RouteConfig
        {
            Path = path,
            Methods = method is null ? [] : [method],
            Hosts = host is null ? [] : [host],
            Headers = rest.IndexOf('[', host?.Length ?? 0) is > 0 and var open ? Conditions(rest[(open + 1)..].Split(']')[0], ',') : [],
            Query = rest.Contains('?') ? Conditions(rest.Split('?')[1], '&') : [],
        };
    }

    private static ValueCondition[] Conditions(string text, char separator) =>
        [.. text.Split(separator).Select(one => one.Split('=')).Select(pair => new ValueCondition(pair[0], pair[1] == "*" ? null : pair[1]))];
}
