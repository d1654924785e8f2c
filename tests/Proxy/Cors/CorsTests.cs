using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Cors;

public sealed class CorsTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_browser_that_asks_is_answered_without_the_service()
    {
        await using var gateway = await Gateway.StartAsync(
            """
            routes:
              - { path: /x, methods: [GET], service: backend }
              - path: /x
                methods: [PUT]
                service: backend
                cors: { origins: ["https://shop.example"], credentials: true, maxAge: 5m }
            """, ("backend", [RawServer.NobodyThere()]));
        using var answer = await AskAsync(gateway, "https://shop.example", "PUT", "X-One, content-type");

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("https://shop.example", Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("true", Header(answer, "Access-Control-Allow-Credentials"));
        Assert.Equal("PUT", Header(answer, "Access-Control-Allow-Methods"));
        Assert.Equal("X-One, content-type", Header(answer, "Access-Control-Allow-Headers"));
        Assert.Equal("300", Header(answer, "Access-Control-Max-Age"));
        Assert.Contains("Origin", answer.Headers.Vary);

        using var stranger = await AskAsync(gateway, "https://evil.example", "PUT");
        Assert.Equal(HttpStatusCode.Forbidden, stranger.StatusCode);
        Assert.False(stranger.Headers.Contains("Access-Control-Allow-Origin"));

        using var other = await AskAsync(gateway, "https://shop.example", "GET");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, other.StatusCode);
    }

    [Fact]
    public async Task What_a_service_says_of_origins_is_replaced()
    {
        await using var backend = await Upstream.StartAsync(context =>
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
            context.Response.Headers.AccessControlAllowCredentials = "true";
            context.Response.Headers.Vary = "Accept";
            return context.Response.WriteAsync("x");
        });
        await using var gateway = await StartAsync("{ origins: [https://shop.example], exposed: [X-Total, ETag] }", backend);

        using var page = await GetAsync(gateway, "https://shop.example");
        Assert.Equal("https://shop.example", Header(page, "Access-Control-Allow-Origin"));
        Assert.Equal("X-Total, ETag", Header(page, "Access-Control-Expose-Headers"));
        Assert.False(page.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.Equal(["Accept", "Origin"], page.Headers.Vary);

        using var stranger = await GetAsync(gateway, "https://evil.example");
        Assert.Equal(HttpStatusCode.OK, stranger.StatusCode);
        Assert.False(stranger.Headers.Contains("Access-Control-Allow-Origin"));

        using var nobody = await GetAsync(gateway, null);
        Assert.False(nobody.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Contains("Origin", nobody.Headers.Vary);
    }

    [Fact]
    public async Task A_page_can_read_refusals()
    {
        await using var gateway = await Gateway.StartAsync(Routes("{ origins: '*' }"), ("backend", [RawServer.NobodyThere()]));
        using var answer = await GetAsync(gateway, "https://anybody.example");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
        Assert.Empty(answer.Headers.Vary);
    }

    [Theory]
    [InlineData("https://*.shop.example", "https://a.shop.example", true)]
    [InlineData("https://*.shop.example", "https://a.b.SHOP.example", true)]
    [InlineData("https://*.shop.example", "https://shop.example", false)]
    [InlineData("https://*.shop.example", "https://.shop.example", false)]
    [InlineData("https://*.shop.example", "http://a.shop.example", false)]
    [InlineData("https://*.shop.example", "https://a.shop.example:444", false)]
    [InlineData("https://*.shop.example", "https://evil.example/.shop.example", false)]
    [InlineData("https://*.shop.example:444", "https://a.shop.example:444", true)]
    [InlineData("https://shop.example", "https://shop.example.evil", false)]
    [InlineData("https://shop.example", "null", false)]
    public async Task An_origin_is_let_in_when_it_is_named(string pattern, string origin, bool expected)
    {
        await using var backend = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync($"{{ origins: ['{pattern}'] }}", backend);
        using var answer = await GetAsync(gateway, origin);

        Assert.Equal(expected, answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("{ origins: '*', credentials: true }", "name the origins, or remove 'credentials'")]
    [InlineData("{ origins: ['*', 'https://a.example'] }", "'*' is all of them")]
    [InlineData("{ origins: [shop.example] }", "'shop.example' is no origin")]
    [InlineData("{ origins: ['https://shop.example/'] }", "is no origin")]
    [InlineData("{ origins: ['https://*'] }", "is no origin")]
    [InlineData("{ origins: ['null'] }", "is no origin")]
    [InlineData("{ methods: [GET] }", "needs 'origins'")]
    [InlineData("{ origins: '*', headers: ['a b'] }", "'a b' is no name")]
    [InlineData("{ origins: '*', maxAge: 2d }", "must be 0 to 1d")]
    public void What_is_wrong_with_origins_is_told(string cors, string expected) => Assert.Contains(expected, ConfigText.ProblemsOf(Routes(cors)));

    private static string Routes(string cors) => $"routes:\n  - path: /x\n    service: backend\n    cors: {cors}";

    private static Task<Gateway> StartAsync(string cors, Upstream backend) => Gateway.StartAsync(Routes(cors), ("backend", [backend.Address]));

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    private static async Task<HttpResponseMessage> GetAsync(Gateway gateway, string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x");
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        return await gateway.Client.SendAsync(request, Token);
    }

    private static async Task<HttpResponseMessage> AskAsync(Gateway gateway, string origin, string method, string? headers = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/x");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        if (headers is not null)
        {
            request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", headers);
        }

        return await gateway.Client.SendAsync(request, Token);
    }
}
