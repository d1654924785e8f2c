using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Discovery;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Testing;

namespace Portolan.Proxy.Tests.Versions;

public sealed class VersionTests
{
    private const string Yaml = """
        routes:
          - path: /orders/{id}
            service: orders
            version:
              path: /api/{version}/orders/{id}
              header: X-API-Version
              mediaType: application/vnd.shop.{version}+json
              default: v2
              versions:
                v1:
                  service: orders-old
                  deprecated: 2026-01-01
                  deprecationLink: https://shop.example/docs/v1
                  sunset: 2026-06-30
                  sunsetLink: /policy
                  successor: v2
                v2:
                3:
                  service: orders-next
        """;

    private readonly VirtualClock clock = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData("/orders/7", "", "", "orders /orders/7 v2")]
    [InlineData("/orders/7?a=%20", "X-API-Version", "v1", "orders-old /orders/7?a=%20 v1")]
    [InlineData("/orders/7", "X-API-Version", "1", "orders-old /orders/7 v1")]
    [InlineData("/orders/7", "X-API-Version", "V3", "orders-next /orders/7 3")]
    [InlineData("/orders/7", "Accept", "application/vnd.shop.v1+json", "orders-old /orders/7 v1")]
    [InlineData("/orders/7", "Accept", "application/vnd.shop.1+json;q=0.5, application/vnd.shop.3+json; q=0.9, */*", "orders-next /orders/7 3")]
    [InlineData("/orders/7", "Accept", "application/vnd.shop.v9+json, application/json", "orders /orders/7 v2")]
    [InlineData("/orders/7", "Accept", "application/json", "orders /orders/7 v2")]
    [InlineData("/api/v1/orders/a%2Fb", "", "", "orders-old /orders/a%2Fb v1")]
    [InlineData("/api/v1/orders/7?x", "X-API-Version", "3", "orders-old /orders/7?x v1")]
    [InlineData("/api/3/orders/7", "", "", "orders-next /orders/7 3")]
    public async Task A_request_says_its_version_in_path_header_or_media_type(string path, string header, string value, string expected)
    {
        await using var fixture = await Services.StartAsync(Yaml, clock);

        Assert.Equal(expected, await fixture.GetAsync(path, header, value));
    }

    [Fact]
    public async Task A_body_of_a_version_goes_to_that_version()
    {
        await using var fixture = await Services.StartAsync(Yaml, clock);
        using var content = new StringContent("{}");
        content.Headers.ContentType = new("application/vnd.shop.v1+json");
        using var answer = await fixture.Gateway.Client.PutAsync("/orders/7", content);

        Assert.Equal("orders-old /orders/7 v1", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/orders/7", "X-API-Version", "9", 400, "version-unknown")]
    [InlineData("/orders/7", "Accept", "application/vnd.shop.v9+json", 406, "version-unknown")]
    [InlineData("/api/v9/orders/7", "", "", 404, "not-found")]
    public async Task A_version_that_is_none_is_told_with_those_there_are(string path, string header, string value, int status, string problem)
    {
        await using var fixture = await Services.StartAsync(Yaml, clock);
        using var answer = await fixture.SendAsync(path, header, value);
        var body = await answer.Content.ReadAsStringAsync();

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(problem, body);
        Assert.Equal(status != 404, body.Contains("there are v1, v2, 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_default_a_request_must_say_it()
    {
        await using var fixture = await Services.StartAsync(Yaml.Replace("default: v2", "", StringComparison.Ordinal), clock);
        using var answer = await fixture.SendAsync("/orders/7", "", "");

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains("Say which version is meant with /api/{version}/orders/{id} or the header X-API-Version or the media type application/vnd.shop.{version}+json; there are v1, v2, 3.",
            System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("/orders/7?x=1")]
    [InlineData("/api/v1/orders/7")]
    public async Task The_end_of_a_version_is_announced(string path)
    {
        await using var fixture = await Services.StartAsync(Yaml, clock);
        using var answer = await fixture.SendAsync(path, "X-API-Version", "v1");

        Assert.Equal("@1767225600", answer.Headers.GetValues("Deprecation").Single());
        Assert.Equal("Tue, 30 Jun 2026 00:00:00 GMT", answer.Headers.GetValues("Sunset").Single());
        Assert.Equal(
            ["</own>; rel=\"self\"", "<https://shop.example/docs/v1>; rel=\"deprecation\"", "</policy>; rel=\"sunset\"", "</api/v2/orders/7>; rel=\"successor-version\""],
            answer.Headers.GetValues("Link"));
        Assert.Equal(["X-API-Version", "Accept"], answer.Headers.Vary);

        using var current = await fixture.SendAsync("/orders/7", "", "");
        Assert.False(current.Headers.Contains("Deprecation") || current.Headers.Contains("Sunset"));
        Assert.Equal(["X-API-Version", "Accept"], current.Headers.Vary);
    }

    [Fact]
    public async Task After_its_end_a_version_is_gone()
    {
        await using var fixture = await Services.StartAsync(Yaml, clock);
        clock.Advance(TimeSpan.FromDays(121));
        using var answer = await fixture.SendAsync("/orders/7", "X-API-Version", "v1");

        Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
        Assert.Contains("Version v1 ended on 2026-06-30; use v2.", await answer.Content.ReadAsStringAsync());
        Assert.Contains("</api/v2/orders/7>; rel=\"successor-version\"", answer.Headers.GetValues("Link"));
        Assert.Equal("orders /orders/7 v2", await fixture.GetAsync("/orders/7", "", ""));
    }

    [Fact]
    public async Task A_version_may_be_answered_after_its_end()
    {
        await using var fixture = await Services.StartAsync(Yaml.Replace("sunsetLink: /policy", "afterSunset: answer", StringComparison.Ordinal), clock);
        clock.Advance(TimeSpan.FromDays(121));
        using var answer = await fixture.SendAsync("/orders/7", "X-API-Version", "v1");

        Assert.Equal("orders-old /orders/7 v1", await answer.Content.ReadAsStringAsync());
        Assert.True(answer.Headers.Contains("Sunset"));
    }

    [Fact]
    public async Task Where_only_paths_name_it_the_plain_path_is_no_route()
    {
        const string Paths = "routes: [{ path: /orders, service: orders, version: { path: \"/{version}/orders\", versions: { v1: {} } } }]";
        await using var fixture = await Services.StartAsync(Paths, clock);

        Assert.Equal("orders /orders v1", await fixture.GetAsync("/v1/orders", "", ""));
        using var plain = await fixture.SendAsync("/orders", "", "");
        Assert.Equal(404, (int)plain.StatusCode);
    }

    [Fact]
    public async Task What_the_cache_keeps_of_one_version_is_not_given_for_another()
    {
        await using var fixture = await Services.StartAsync(Yaml.Replace("    service: orders\n", "    service: orders\n    cache: { ttl: 60s }\n", StringComparison.Ordinal), clock);

        Assert.Equal("orders-old /orders/7 v1", await fixture.GetAsync("/orders/7", "X-API-Version", "v1"));
        Assert.Equal("orders /orders/7 v2", await fixture.GetAsync("/orders/7", "", ""));
        using var again = await fixture.SendAsync("/orders/7", "X-API-Version", "1");
        Assert.Equal("orders-old /orders/7 v1", await again.Content.ReadAsStringAsync());
        Assert.StartsWith("portolan; hit", again.Headers.GetValues("Cache-Status").Single(), StringComparison.Ordinal);
        Assert.True(again.Headers.Contains("Deprecation"));
    }

    [Fact]
    public async Task Instances_say_themselves_which_version_they_are_and_how_long()
    {
        await using var one = await Upstream.StartAsync(context => context.Response.WriteAsync("one"));
        await using var two = await Upstream.StartAsync(context => context.Response.WriteAsync("two"));
        await using var registry = await Upstream.StartAsync(context => context.Response.WriteAsync($$"""
            {"serviceName":"orders","instances":[
              {"id":"o1","host":"127.0.0.1","port":{{new Uri(one.Address).Port}},"healthy":true,"status":"healthy","metadata":{"api_version":"v1","deprecated":"true","sunset_date":"2026-03-01"} },
              {"id":"o2","host":"127.0.0.1","port":{{new Uri(two.Address).Port}},"healthy":true,"status":"healthy","metadata":{"api_version":"v2"} }]
            }
            """));
        const string Orders = """
            routes:
              - { path: /a, service: orders, version: { header: X-API-Version, default: v2, versions: { v1: {}, v2: {}, v3: {} } } }
              - { path: /plain, service: orders }
            """;
        await using var gateway = await Gateway.StartAsync(ConfigText.Read(Orders), options => options.Server = new Uri(registry.Address));
        using var client = gateway.Client;

        for (var round = 0; round < 4; round++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/a") { Headers = { { "X-API-Version", "v1" } } };
            using var old = await client.SendAsync(request);
            Assert.Equal("one", await old.Content.ReadAsStringAsync());
            Assert.Equal(("@0", "Sun, 01 Mar 2026 00:00:00 GMT"), (old.Headers.GetValues("Deprecation").Single(), old.Headers.GetValues("Sunset").Single()));
            using var current = await client.GetAsync("/a");
            Assert.Equal("two", await current.Content.ReadAsStringAsync());
            Assert.False(current.Headers.Contains("Deprecation"));
            using var plain = await client.GetAsync("/plain");
            Assert.Equal(await plain.Content.ReadAsStringAsync() == "one", plain.Headers.Contains("Deprecation"));
        }

        using var third = new HttpRequestMessage(HttpMethod.Get, "/a") { Headers = { { "X-API-Version", "v3" } } };
        using var nobody = await client.SendAsync(third);
        Assert.Equal(503, (int)nobody.StatusCode);
    }

    [Theory]
    [InlineData("version: { versions: { v1: {} } }", "needs 'path', 'header' or 'mediaType'")]
    [InlineData("version: { header: X-V }", "needs at least one version")]
    [InlineData("version: { header: X V, versions: { v1: {} } }", "'X V' is no header's name.")]
    [InlineData("version: { header: X-V, default: v3, versions: { v1: {} } }", "there is no version 'v3'; did you mean 'v1'?")]
    [InlineData("version: { header: X-V, versions: { v1: {}, 1: {} } }", "'1' is the same version as 'v1'.")]
    [InlineData("version: { header: X-V, versions: { v/1: {} } }", "'v/1' is no version's name")]
    [InlineData("version: { mediaType: application/json, versions: { v1: {} } }", "'application/json' is no media type with {version} in it")]
    [InlineData("version: { path: /orders, versions: { v1: {} } }", "'/orders' has no {version}; write a path like /{version}/a/{id}.")]
    [InlineData("version: { path: \"/{version}/{other}\", versions: { v1: {} } }", "{other} stands in only one of")]
    [InlineData("version: { header: X-V, versions: { v1: { sunset: soon } } }", "expected a date like 2026-06-30 or 2026-06-30T12:00:00Z as 'sunset', found 'soon'.")]
    [InlineData("version: { header: X-V, versions: { v1: { deprecated: 2026-02-01, sunset: 2026-01-01 } } }", "'sunset' must not be before 'deprecated' (RFC 9745); found '")]
    [InlineData("version: { header: X-V, versions: { v1: { successor: v2 }, v2: {} } }", "a version has an address only where versions have a path")]
    [InlineData("version: { header: X-V, versions: { v1: { successor: what } } }", "'what' is neither a version nor an address")]
    [InlineData("version: { header: X-V, versions: { v1: { sunsetLink: what } } }", "'what' is no address")]
    [InlineData("version: { header: X-V, versions: { v1: { servce: a } } }", "unknown key 'servce' in version 'v1'; did you mean 'service'?")]
    [InlineData("mirror: { service: b }, version: { header: X-V, versions: { v1: { service: A } } }", "'A' is not a service's name")]
    public void What_is_wrong_with_versions_is_told(string version, string expected) =>
        Assert.Contains(expected, ConfigText.ProblemsOf($"routes: [{{ path: \"/a/{{id}}\", service: a, {version} }}]"), StringComparison.Ordinal);

    [Fact]
    public void A_version_needs_somebody_who_answers_it() =>
        Assert.Contains("needs 'service'", ConfigText.ProblemsOf("routes: [{ path: /a, version: { header: X-V, versions: { v1: { service: a }, v2: {} } } }]"), StringComparison.Ordinal);

    [Fact]
    public void Every_version_may_have_its_own_service() =>
        Assert.Equal("", ConfigText.ProblemsOf("routes: [{ path: /a, version: { header: X-V, versions: { v1: { service: a }, v2: { service: b } } } }]"));

    [Fact]
    public void Paths_of_versions_are_taken_once() =>
        Assert.Contains("'/b' matches the same requests as routes[0]", ConfigText.ProblemsOf(
            "routes: [{ path: /v1/a, service: a }, { path: /b, service: a, version: { path: \"/{version}/a\", versions: { v1: {} } } }]"), StringComparison.Ordinal);

    /// <summary>Three services that say who they are, and what they were asked.</summary>
    private sealed class Services : IAsyncDisposable
    {
        private readonly List<Upstream> upstreams = [];

        public required Gateway Gateway { get; init; }

        public static async Task<Services> StartAsync(string yaml, VirtualClock clock)
        {
            var started = new List<(string Name, Upstream Upstream)>();
            foreach (var name in new[] { "orders-old", "orders", "orders-next" })
            {
                started.Add((name, await Upstream.StartAsync(context =>
                {
                    context.Response.Headers.Append("Link", "</own>; rel=\"self\"");
                    return context.Response.WriteAsync($"{name} {context.Request.Path.ToUriComponent()}{context.Request.QueryString} {context.Request.Headers["X-API-Version"]}");
                })));
            }

            var gateway = await Gateway.StartAsync(
                yaml, services => services.AddSingleton<TimeProvider>(clock), [.. started.Select(one => (one.Name, new[] { one.Upstream.Address }))]);
            var fixture = new Services { Gateway = gateway };
            fixture.upstreams.AddRange(started.Select(one => one.Upstream));
            return fixture;
        }

        public async Task<HttpResponseMessage> SendAsync(string path, string header, string value)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (header.Length > 0)
            {
                request.Headers.TryAddWithoutValidation(header, value);
            }

            return await Gateway.Client.SendAsync(request);
        }

        public async Task<string> GetAsync(string path, string header, string value)
        {
            using var answer = await SendAsync(path, header, value);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await answer.Content.ReadAsStringAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            foreach (var upstream in upstreams)
            {
                await upstream.DisposeAsync();
            }
        }
    }
}
