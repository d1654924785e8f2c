using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Discovery;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Pages;

public sealed class PageTests
{
    private static readonly GatewayConfig Config = new()
    {
        Routes = [new RouteConfig { Path = "/api/<b>", Service = "orders" }, new RouteConfig { Path = "/pay/{**rest}", Service = "payments" }],
    };

    [Fact]
    public async Task The_home_page_lists_the_routes_encoded()
    {
        await using var gateway = await Gateway.StartAsync(Config);
        using var response = await gateway.Client.GetAsync("/");
        var html = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<code>/api/&lt;b&gt;</code>", html);
        Assert.DoesNotContain("<b>", html);
    }

    [Theory]
    [InlineData("X-Forwarded-For: 1.2.3.4")]
    [InlineData("Via: 1.1 nginx")]
    [InlineData("Origin: https://evil.example")]
    [InlineData("Connection: X-Forwarded-For, Via\r\nX-Forwarded-For: 1.2.3.4")]
    public async Task The_home_page_is_for_operators(string header)
    {
        await using var gateway = await Gateway.StartAsync(Config);

        Assert.StartsWith("HTTP/1.1 403 ", await gateway.SendRawAsync($"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 403 ", await gateway.SendRawAsync("HEAD / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"));
    }

    [Theory]
    [InlineData("{ path: /, service: web }")]
    [InlineData("{ path: \"/{**rest}\", service: web }")]
    [InlineData("{ path: \"/{**rest}\", service: web, host: 127.0.0.1, methods: [GET] }")]
    public async Task A_route_for_the_root_comes_before_the_home_page_as_long_as_it_is_in_force(string route)
    {
        const string Without = "routes: [{ path: /a, service: web }, { path: /, host: other.example, service: web }]";
        await using var web = await Upstream.StartAsync(context => context.Response.WriteAsync($"front end {context.Request.Path}"));
        await using var gateway = await Gateway.StartAsync($"routes: [{route}]", ("web", [web.Address]));

        Assert.Equal("front end /", await gateway.Client.GetStringAsync("/"));
        gateway.Apply(Without);
        Assert.Contains("<h1>Portolan gateway</h1>", await gateway.Client.GetStringAsync("/?from=mail"));
        Assert.Contains("\r\nContent-Type: text/html", await gateway.SendRawAsync("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        using var posted = await gateway.Client.PostAsync("/", null);
        Assert.Equal(HttpStatusCode.NotFound, posted.StatusCode);
        gateway.Apply($"routes: [{route}]");
        Assert.Equal("front end /", await gateway.Client.GetStringAsync("/"));
    }

    [Fact]
    public async Task A_front_end_for_all_the_rest_leaves_the_gateway_its_health()
    {
        await using var web = await Upstream.StartAsync(context => context.Response.WriteAsync($"front end {context.Request.Path}"));
        await using var gateway = await Gateway.StartAsync("routes: [{ path: \"/{**rest}\", service: web }]", ("web", [web.Address]));

        Assert.Contains("\"status\"", await gateway.Client.GetStringAsync("/health"));
        Assert.Equal("front end /healthy", await gateway.Client.GetStringAsync("/healthy"));
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task The_gateway_has_health_of_its_own(string path)
    {
        await using var gateway = await Gateway.StartAsync(Config);
        using var response = await gateway.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.Contains("X-Request-ID"));
    }

    [Fact]
    public async Task System_health_is_what_the_registry_says()
    {
        await using var registry = await StartRegistryAsync();
        await using var gateway = await Gateway.StartAsync(Config, options => options.Server = new Uri(registry.Address));
        var health = await gateway.Client.GetFromJsonAsync<JsonElement>("/health/system");

        Assert.Equal("DEGRADED", health.GetProperty("status").GetString());
        Assert.False(health.TryGetProperty("message", out _));
        var services = health.GetProperty("services");
        Assert.Equal("""{"status":"DEGRADED","instances":{"healthy":1,"total":2},"message":"some instances are not healthy"}""", services.GetProperty("orders").GetRawText());
        Assert.Equal("""{"status":"DOWN","instances":{"healthy":0,"total":0},"message":"no healthy instance"}""", services.GetProperty("payments").GetRawText());
        Assert.Equal("UP", services.GetProperty("customers").GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_service_that_only_the_configuration_knows_is_no_sign_of_a_lost_registry()
    {
        await using var registry = await StartRegistryAsync();
        var config = new GatewayConfig { Routes = [new RouteConfig { Path = "/away/{**rest}", Service = "away" }] };
        await using var gateway = await Gateway.StartAsync(config, options =>
        {
            options.Server = new Uri(registry.Address);
            options.Services["away"] = ["http://127.0.0.1:1"];
        });
        await gateway.Part<ServiceDirectory>().WaitForAsync("away", snapshot => snapshot.IsConfigured, TestContext.Current.CancellationToken);
        var health = await gateway.Client.GetFromJsonAsync<JsonElement>("/health/system");
        Assert.False(health.TryGetProperty("message", out _));
        Assert.Equal("UP", health.GetProperty("services").GetProperty("away").GetProperty("status").GetString());
    }

    [Fact]
    public async Task System_health_without_a_registry_is_the_last_known_state()
    {
        await using var gateway = await Gateway.StartAsync(Config, options =>
        {
            options.Server = new Uri(RawServer.NobodyThere());
            options.Services["orders"] = ["http://127.0.0.1:1"];
            options.Services["payments"] = ["http://127.0.0.1:1"];
        });
        var health = await gateway.Client.GetFromJsonAsync<JsonElement>("/health/system");

        Assert.Equal("DEGRADED", health.GetProperty("status").GetString());
        Assert.Equal("registry unreachable, last known state", health.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_service_with_addresses_is_as_well_as_calls_to_it_went()
    {
        await using var sound = await Upstream.StartAsync(context => context.Response.WriteAsync("well"));
        await using var gateway = await Gateway.StartAsync(
            "services: { gone: { opensAfter: 1 } }\nroutes: [{ path: /gone, service: gone }, { path: /sound, service: sound }]", ("gone", [RawServer.NobodyThere()]), ("sound", [sound.Address]));
        foreach (var path in new[] { "/gone", "/sound" })
        {
            (await gateway.Client.GetAsync(path)).Dispose();
        }

        var health = await gateway.Client.GetFromJsonAsync<JsonElement>("/health/system");

        Assert.Equal(("DEGRADED", "DOWN", "UP"), (health.GetProperty("status").GetString(), Of("gone"), Of("sound")));
        string? Of(string service) => health.GetProperty("services").GetProperty(service).GetProperty("status").GetString();
    }

    private static Task<Upstream> StartRegistryAsync() => Upstream.StartAsync(async context =>
    {
        if (context.Request.Query["index"].ToString() is "1")
        {
            // A long poll without news.
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        context.Response.Headers["X-Portolan-Index"] = "1";
        context.Response.ContentType = "application/json";
        var name = context.Request.Path.Value!.Split('/')[^1];
        await context.Response.WriteAsync(name switch
        {
            "services" => """{"services":[{"serviceName":"orders","healthy":1,"total":2},{"serviceName":"customers","healthy":1,"total":1}]}""",
            "orders" => Service(name, true, false),
            "customers" => Service(name, true),
            _ => Service(name),
        });
    });

    private static string Service(string name, params bool[] healthy) => $$"""
        {"serviceName":"{{name}}","instances":[{{string.Join(',', healthy.Select(Instance))}}]}
        """;

    private static string Instance(bool healthy, int index) => $$$"""
        {"id":"i-{{{index}}}","host":"127.0.0.1","port":{{{index + 1}}},"healthy":{{{(healthy ? "true" : "false")}}},"status":"{{{(healthy ? "healthy" : "unhealthy")}}}",
        "tags":[],"ports":{},"metadata":{},"registeredAt":"2026-01-01T00:00:00Z","lease":{"seconds":6,"expiresAt":"2099-01-01T00:00:00Z"}}
        """;
}
