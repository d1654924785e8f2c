using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Caching;

/// <summary>One client's request must never become what another one is answered.</summary>
public sealed class PoisoningTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("X-Forwarded-Host: evil.example")]
    [InlineData("X-Forwarded-Scheme: nothttps")]
    [InlineData("X-Forwarded-Prefix: /evil")]
    [InlineData("X-Original-URL: /admin")]
    [InlineData("X-Rewrite-URL: /admin")]
    [InlineData("X_Forwarded_Host: evil.example")]
    [InlineData("Forwarded: host=evil.example")]
    public async Task What_no_key_holds_does_not_reach_the_service(string header)
    {
        await using var cache = await CacheFixture.StartAsync(EchoAsync);
        await cache.GetAsync("/x", header);
        var second = await cache.GetAsync("/x");
        Assert.StartsWith("portolan; hit", second.CacheStatus);
        Assert.DoesNotContain("evil", second.Body);
        Assert.DoesNotContain("/admin", second.Body);
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override: POST")]
    [InlineData("X-HTTP-Method: DELETE")]
    [InlineData("X-Method-Override: HEAD")]
    [InlineData("Range: bytes=0-3")]
    [InlineData("If-Match: \"x\"")]
    public async Task A_request_that_asks_for_something_else_fills_nothing_and_is_not_filled(string header)
    {
        await using var cache = await CacheFixture.StartAsync("Cache-Control: max-age=60");
        var odd = await cache.GetAsync("/x", header);
        Assert.Equal(("1", "portolan; fwd=bypass"), (odd.Body, odd.CacheStatus));
        Assert.Equal("2", (await cache.GetAsync("/x")).Body);
        Assert.Equal("3", (await cache.GetAsync("/x", header)).Body);
    }

    [Fact]
    public async Task A_header_that_a_client_has_removed_chooses_nothing_for_others()
    {
        await using var cache = await CacheFixture.StartAsync((context, _) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.Vary = "Accept-Language";
            var text = $"language {context.Request.Headers.AcceptLanguage}";
            context.Response.ContentLength = text.Length;
            return context.Response.WriteAsync(text);
        });
        Assert.EndsWith("language ", await cache.Gateway.GetRawAsync("/x", "Accept-Language: fr", "Connection: Accept-Language"));
        Assert.EndsWith("language fr", await cache.Gateway.GetRawAsync("/x", "Accept-Language: fr"));
        Assert.EndsWith("language ", await cache.Gateway.GetRawAsync("/x"));
        Assert.Equal(2, cache.Count);
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("accept, x-forwarded-for")]
    [InlineData("X-Real-IP")]
    [InlineData("Via")]
    [InlineData("traceparent")]
    [InlineData("X-Request-ID, Accept")]
    [InlineData("X-Request-Timeout")]
    public async Task What_depends_on_what_the_gateway_says_of_a_client_is_for_nobody_else(string vary)
    {
        await using var cache = await CacheFixture.StartAsync($"Cache-Control: max-age=60 | Vary: {vary}");
        Assert.Equal(("1", "portolan; fwd=uri-miss; detail=vary"), await AskAsync());
        Assert.Equal("2", (await AskAsync()).Body);

        async Task<(string Body, string Status)> AskAsync()
        {
            var answer = await cache.GetAsync("/x");
            return (answer.Body, answer.CacheStatus);
        }
    }

    [Theory]
    [InlineData("X-Forwarded-Host, X-Forwarded-Proto, Host")]
    [InlineData("X-Feature-Flags")]
    public async Task What_is_part_of_the_key_may_be_named(string vary)
    {
        await using var cache = await CacheFixture.StartAsync($"Cache-Control: max-age=60 | Vary: {vary}");
        await cache.GetAsync("/x");
        Assert.Equal("1", (await cache.GetAsync("/x")).Body);
    }

    [Theory]
    [InlineData("get")]
    [InlineData("Get")]
    [InlineData("head")]
    public async Task A_method_in_other_letters_fills_nothing(string method)
    {
        await using var cache = await CacheFixture.StartAsync("Cache-Control: max-age=60");
        Assert.StartsWith("HTTP/1.1 501 ", await cache.Gateway.SendRawAsync($"{method} /x HTTP/1.1\r\nHost: {cache.Gateway.Address.Authority}\r\nConnection: close\r\n\r\n"));
        var plain = await cache.GetAsync("/x");
        Assert.Equal(("1", "portolan; fwd=uri-miss; stored"), (plain.Body, plain.CacheStatus));
    }

    [Fact]
    public async Task A_get_with_a_body_fills_nothing()
    {
        await using var cache = await CacheFixture.StartAsync(EchoAsync);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x") { Content = new StringContent("evil") };
        using var answer = await cache.Gateway.Client.SendAsync(request, Token);
        Assert.Contains("evil", await answer.Content.ReadAsStringAsync(Token));
        Assert.DoesNotContain("evil", (await cache.GetAsync("/x")).Body);
    }

    [Fact]
    public async Task A_part_of_an_answer_is_not_stored()
    {
        await using var cache = await CacheFixture.StartAsync((context, number) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.ContentRange = "bytes 0-0/10";
            context.Response.StatusCode = number == 1 ? 206 : 200;
            return Task.CompletedTask;
        });
        await cache.GetAsync("/x");
        Assert.Equal("2", (await cache.GetAsync("/x")).Body);
    }

    [Fact]
    public async Task Cookies_are_for_one_client_alone()
    {
        const string Headers = "Cache-Control: max-age=60 | Set-Cookie: session=secret";
        await using var careful = await CacheFixture.StartAsync(Headers);
        await careful.GetAsync("/x");
        Assert.Equal("2", (await careful.GetAsync("/x")).Body);

        await using var stripping = await CacheFixture.StartAsync(Headers, "{ stripCookies: true }");
        Assert.Equal("session=secret", (await stripping.GetAsync("/x"))["Set-Cookie"]);
        var second = await stripping.GetAsync("/x");
        Assert.Equal(("1", null), (second.Body, second["Set-Cookie"]));
    }

    [Fact]
    public async Task A_page_of_an_account_under_the_name_of_a_picture_is_not_stored_by_default_times()
    {
        await using var cache = await CacheFixture.StartAsync("Content-Type: text/html", "{ ttl: 1h }");
        await cache.GetAsync("/account/x.css", "Cookie: session=one");
        Assert.Equal("2", (await cache.GetAsync("/account/x.css")).Body);
    }

    [Theory]
    [InlineData("portolan-subject=0a1b2c3d4e5f0a1b2c3d4e5f", "1")]
    [InlineData(" portolan-subject=0a1b2c3d4e5f0a1b2c3d4e5f ;", "1")]
    [InlineData("portolan-subject=0a1b2c3d4e5f0a1b2c3d4e5f; session=one", "2")]
    [InlineData("portolan-subject=0a1b2c3d4e5f0a1b2c3d4e5f session=one", "2")]
    [InlineData("portolan-subject=0a1b, session=mallorysown", "2")]
    [InlineData("portolan-subject=x session=mallorysownnn", "2")]
    [InlineData("portolan-subjects=0a1b2c3d4e5f0a1b2c3d4e5f", "2")]
    [InlineData("portolan-subject", "2")]
    public async Task The_gateways_own_cookie_makes_nobody_known_to_a_service(string cookie, string expected)
    {
        await using var cache = await CacheFixture.StartAsync("Content-Type: text/html", "{ ttl: 1h }");
        await cache.GetAsync("/x", $"Cookie: {cookie}");
        Assert.Equal(expected, (await cache.GetAsync("/x")).Body);
    }

    [Theory]
    [InlineData("/x?a=1", "/x?a=1&utm_source=y")]
    [InlineData("/x?a=1;b=2", "/x?a=1&b=2")]
    [InlineData("/x?a=1&a=2", "/x?a=2&a=1")]
    [InlineData("/x", "/x?")]
    [InlineData("/x", "/X")]
    [InlineData("/x%41", "/xA")]
    [InlineData("/x", "/x/")]
    public async Task What_is_written_differently_is_different(string one, string other)
    {
        await using var cache = await CacheFixture.StartAsync("Cache-Control: max-age=60");
        await cache.Gateway.GetRawAsync(one);
        await cache.Gateway.GetRawAsync(other);
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public async Task Hosts_are_told_apart_and_letters_of_both_cases_are_not()
    {
        await using var cache = await CacheFixture.StartAsync("Cache-Control: max-age=60");
        Assert.Equal("1", (await cache.GetAsync("/x", "Host: one.example")).Body);
        Assert.Equal("2", (await cache.GetAsync("/x", "Host: two.example")).Body);
        Assert.Equal("1", (await cache.GetAsync("/x", "Host: ONE.example:80")).Body);
    }

    [Fact]
    public async Task An_answer_that_is_too_large_passes_and_is_not_stored()
    {
        await using var cache = await CacheFixture.StartAsync(async (context, number) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            for (var piece = 0; piece < 40; piece++)
            {
                await context.Response.WriteAsync(new string((char)('0' + number), 1000));
            }
        }, "{ maxEntry: 32KB }");
        Assert.Equal(new string('1', 40_000), (await cache.GetAsync("/x")).Body);
        Assert.Equal(new string('2', 40_000), (await cache.GetAsync("/x")).Body);
    }

    [Fact]
    public async Task Large_answers_come_back_byte_for_byte()
    {
        var bytes = new byte[700_000];
        new Random(1).NextBytes(bytes);
        await using var cache = await CacheFixture.StartAsync(async (context, _) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.ContentType = "application/octet-stream";
            await context.Response.Body.WriteAsync(bytes);
        });
        Assert.Equal(bytes, await cache.Gateway.Client.GetByteArrayAsync("/x", Token));
        Assert.Equal(bytes, await cache.Gateway.Client.GetByteArrayAsync("/x", Token));
        Assert.Equal(1, cache.Count);
    }

    private static async Task EchoAsync(HttpContext context, int number)
    {
        context.Response.Headers.CacheControl = "max-age=60";
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        await context.Response.WriteAsync(string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}")) + "\n\n" + body);
    }
}
