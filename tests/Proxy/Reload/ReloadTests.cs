using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Reload;

public sealed class ReloadTests
{
    private const string Before = "routes: [{ path: /a, service: s, rewrite: /before }]";
    private const string Config = "/portolan/gateway/config";

    [Fact]
    public async Task An_operator_puts_another_configuration_in_force()
    {
        await using var echo = await Upstream.StartAsync(context => context.Response.WriteAsync(context.Request.Path.Value!));
        await using var gateway = await Gateway.StartAsync(Before, ("s", [echo.Address]));
        Assert.Equal("/before", await gateway.Client.GetStringAsync("/a"));

        using var answer = await gateway.Client.PutAsync(Config, new StringContent("timeout: 5s\nroutes: [{ path: /a, service: s, rewrite: /after }, { path: /new, service: s }]"));
        var put = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(2, put.GetProperty("version").GetInt32());
        Assert.Equal(["timeout: 30s is now 5s", "route '/new' added", "route '/a' changed"], put.GetProperty("changes").EnumerateArray().Select(change => change.GetString()));
        Assert.Equal("/after", await gateway.Client.GetStringAsync("/a"));
        var shown = await gateway.Client.GetFromJsonAsync<JsonElement>(Config);
        Assert.Equal((2, "operator", "5s"), (shown.GetProperty("version").GetInt32(), shown.GetProperty("source").GetString(), shown.GetProperty("config").GetProperty("timeout").GetString()));
        Assert.Equal("/after", shown.GetProperty("config").GetProperty("routes")[0].GetProperty("rewrite").GetString());
        var routes = await gateway.Client.GetFromJsonAsync<JsonElement>("/portolan/gateway/routes");
        Assert.Equal(["s as /after", "s"], routes.GetProperty("routes").EnumerateArray().Select(route => route.GetProperty("target").GetString()));
        Assert.Contains("<code>/new</code>", await gateway.Client.GetStringAsync("/"));
        Assert.Contains("Configuration 2 is in force since", await gateway.Client.GetStringAsync("/"));
        var health = await gateway.Client.GetFromJsonAsync<JsonElement>("/health/system");
        Assert.Equal(2, health.GetProperty("configuration").GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task A_configuration_with_errors_is_refused_with_all_of_them_and_the_old_one_stays()
    {
        await using var echo = await Upstream.StartAsync(context => context.Response.WriteAsync(context.Request.Path.Value!));
        await using var gateway = await Gateway.StartAsync(Before, ("s", [echo.Address]));

        using var answer = await gateway.Client.PutAsync(Config, new StringContent("timeout: soon\nroutes:\n  - { path: /a, servce: s }\n"));
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(["body:1:10", "body:3:17"], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal("/before", await gateway.Client.GetStringAsync("/a"));
        Assert.Equal(1, (await gateway.Client.GetFromJsonAsync<JsonElement>(Config)).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task What_is_shown_of_the_configuration_can_be_put_back()
    {
        const string Text = """
            connectTimeout: 2s
            routes:
              - path: "/a/{id}"
                service: s
                headers: { X-Kind: "it's \u00fc & <b> 😀" }
                cache: { ttl: 30s, maxEntry: 64KiB }
                rateLimit: { limit: 5, window: 1m, algorithm: sliding-counter }
            services: { s: { retryBudget: 5%, hedge: p95 } }
            """;
        await using var gateway = await Gateway.StartAsync(Before, ("s", [RawServer.NobodyThere()]));
        using var first = await gateway.Client.PutAsync(Config, new StringContent(Text));
        var put = await first.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["connectTimeout: 5s is now 2s"], put.GetProperty("atStart").EnumerateArray().Select(change => change.GetString()));
        var shown = (await gateway.Client.GetFromJsonAsync<JsonElement>(Config)).GetProperty("config");
        Assert.Equal("30s", shown.GetProperty("routes")[0].GetProperty("cache").GetProperty("ttl").GetString());

        using var second = await gateway.Client.PutAsync(Config, new StringContent(shown.GetRawText()));

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Empty((await second.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("changes").EnumerateArray());
    }

    [Theory]
    [InlineData("Via: 1.1 other")]
    [InlineData("Origin: http://evil.example")]
    public async Task Nobody_else_reaches_the_configuration(string header)
    {
        await using var gateway = await Gateway.StartAsync(Before, ("s", [RawServer.NobodyThere()]));

        Assert.StartsWith("HTTP/1.1 403 ", await gateway.SendRawAsync($"GET {Config} HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 403 ", await gateway.GetRawAsync(Config));
    }

    [Fact]
    public async Task Changing_the_configuration_again_and_again_drops_no_request()
    {
        await using var echo = await Upstream.StartAsync(context => context.Response.WriteAsync(context.Request.Path.Value!));
        await using var gateway = await Gateway.StartAsync(Before, ("s", [echo.Address]));
        using var done = new CancellationTokenSource();

        async Task<int> LoadAsync()
        {
            var count = 0;
            for (; !done.IsCancellationRequested; count++)
            {
                using var answer = await gateway.Client.GetAsync("/a");
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Matches("^/(before|version-[0-9]+)$", await answer.Content.ReadAsStringAsync());
            }

            return count;
        }

        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(LoadAsync)).ToArray();
        for (var version = 2; version <= 100; version++)
        {
            var routes = string.Join(", ", Enumerable.Range(0, version).Select(index => $"{{ path: /other/{index}, service: s }}"));
            using var answer = await gateway.Client.PutAsync(Config, new StringContent($"timeout: {version}s\nroutes: [{{ path: /a, service: s, rewrite: /version-{version} }}, {routes}]"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

            // What was put in force is in force for the next request.
            Assert.Equal($"/version-{version}", await gateway.Client.GetStringAsync("/a"));
        }

        await done.CancelAsync();
        Assert.All(await Task.WhenAll(load), count => Assert.True(count > 0));
    }
}
