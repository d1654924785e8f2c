using System.Net;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Routing;

public sealed class RoutingTests
{
    [Theory]
    [InlineData("GET", "/api/orders/special", "/literal")]
    [InlineData("GET", "/api/orders/7", "/parameter/7")]
    [InlineData("HEAD", "/api/orders/7", null)]
    [InlineData("GET", "/api/orders/7/", "/parameter/7")]
    [InlineData("GET", "/api/orders/7/lines", "/all/orders/7/lines")]
    [InlineData("POST", "/api/orders/7", "/all/orders/7")]
    [InlineData("GET", "/api", "/all/")]
    [InlineData("GET", "/api/orders/7?a=b%20c&a=%2F", "/parameter/7?a=b%20c&a=%2F")]
    public async Task A_literal_beats_a_parameter_and_that_a_catch_all(string method, string path, string? target)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync(
            new GatewayConfig
            {
                Routes =
                [
                    Route("/api/{**rest}", "/all/{**rest}"),
                    Route("/api/orders/{id}", "/parameter/{id}", "GET"),
                    Route("/api/orders/special", "/literal", "get"),
                ],
            },
            ("backend", [echo.Address]));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal(target is null ? "" : $"{method} {target}", body.Split('\n')[0]);
    }

    [Fact]
    public async Task An_unknown_path_is_404_and_a_wrong_method_405_with_Allow()
    {
        await using var gateway = await Gateway.StartAsync(
            new GatewayConfig { Routes = [Route("/orders", null, "GET", "POST")] }, ("backend", [RawServer.NobodyThere()]));
        using var unknown = await gateway.Client.GetAsync("/nowhere");
        using var wrong = await gateway.Client.DeleteAsync("/orders");

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal("application/problem+json", unknown.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrong.StatusCode);
        Assert.Equal(["GET", "HEAD", "POST"], wrong.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("/a%20b/c%25d/%7Ex/%C3%A9")]
    [InlineData("/a;v=1/b,c/d+e/f'g(h)!")]
    [InlineData("/%252F/x")]
    [InlineData("/..a/b../...")]
    [InlineData("/a%2Fb/c%2fd")]
    [InlineData("/a%252Fb%25252F")]
    [InlineData("/fetch/https%3A%2F%2Fshop.example%2F")]
    [InlineData("/%E9/%FF/%C3%80")]
    [InlineData("/a/x;v=..")]
    [InlineData("/a/?x=../%2e%2e/")]
    public async Task A_path_arrives_byte_for_byte(string target)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);

        Assert.Contains($"GET {target}\n", await gateway.GetRawAsync(target));
    }

    [Theory]
    [InlineData("/a/../b")]
    [InlineData("/a/%2e%2e/b")]
    [InlineData("/a/.%2E/b")]
    [InlineData("/./a")]
    [InlineData("/a%2F..%2Fb")]
    [InlineData("/a%2f%2e/b")]
    [InlineData("/a%2F.%2E")]
    [InlineData("/x%2F..%2Fportolan")]
    [InlineData("/a/..;/b")]
    [InlineData("/a/%2e%2e;x=1/b")]
    [InlineData("/a%c0%afb")]
    [InlineData("/a/%c0%ae%c0%ae/b")]
    [InlineData("/a%e0%80%afb")]
    [InlineData("/a%7fb")]
    [InlineData("/a%0")]
    [InlineData("/a%5Cb")]
    [InlineData("/a\\b")]
    [InlineData("/a%00b")]
    [InlineData("/a%0d%0ab")]
    [InlineData("/a%zzb")]
    [InlineData("/a%2")]
    [InlineData("//a")]
    [InlineData("/a//b")]
    [InlineData("/a#b")]
    public async Task A_path_that_servers_read_differently_is_refused(string target)
    {
        await using var gateway = await Gateway.InFrontOfAsync(RawServer.NobodyThere());

        Assert.StartsWith("HTTP/1.1 400 ", await gateway.GetRawAsync(target));
    }

    [Fact]
    public async Task The_absolute_form_is_read_for_its_path()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);

        Assert.Contains("GET /a?b=c\n", await gateway.GetRawAsync("http://shop.example/a?b=c"));
        Assert.StartsWith("HTTP/1.1 400 ", await gateway.GetRawAsync("http://shop.example/a/../b"));
    }

    [Theory]
    [InlineData("/portolan/sagas")]
    [InlineData("/portolan")]
    [InlineData("/PORTOLAN/sagas")]
    [InlineData("/%70ortolan/dead-letters")]
    [InlineData("/portolan?x=1")]
    [InlineData("/strip/portolan/sagas")]
    [InlineData("/strip/%50ortolan/sagas")]
    [InlineData("/portolan%2Fsagas")]
    [InlineData("/%2Fportolan/sagas")]
    [InlineData("/%2f%70ORTOLAN%2Fsagas")]
    [InlineData("/%252Fportolan")]
    [InlineData("/%2570ortolan/sagas")]
    [InlineData("/x%252F..%252Fportolan")]
    [InlineData("/a/%252e%252e/portolan")]
    [InlineData("/%25252525252525252570ortolan")]
    [InlineData("/portolan;x=1/sagas")]
    [InlineData("/strip/%2Fportolan")]
    [InlineData("/under/%252e%252e%252Fportolan")]
    [InlineData("/one/portolan%2Fsagas")]
    public async Task The_operators_surface_cannot_be_reached(string target)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync(
            new GatewayConfig { Routes = [Route("/{**rest}", null), Route("/strip/{**rest}", "/{**rest}"), Route("/under/{id}", "/files/{id}"), Route("/one/{id}", "/{id}")] }, ("backend", [echo.Address]));

        Assert.StartsWith("HTTP/1.1 404 ", await gateway.GetRawAsync(target));
    }

    [Fact]
    public async Task Unless_a_rewrite_says_so_literally()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync(
            new GatewayConfig { Routes = [Route("/ops/{**rest}", "/portolan/{**rest}")] }, ("backend", [echo.Address]));

        Assert.Contains("GET /portolan/sagas\n", await gateway.GetRawAsync("/ops/sagas"));
    }

    private static RouteConfig Route(string path, string? rewrite, params string[] methods) =>
        new() { Path = path, Service = "backend", Rewrite = rewrite, Methods = methods };
}
