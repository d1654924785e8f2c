using System.Net;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Limits;

public sealed class SizeLimitTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/orders", 1000, 200)]
    [InlineData("/orders", 1025, 413)]
    [InlineData("/uploads", 50_000, 200)]
    [InlineData("/uploads", 200_000, 413)]
    [InlineData("/logins", 100, 200)]
    [InlineData("/logins", 101, 413)]
    public async Task A_route_takes_more_or_less_of_a_body_than_the_gateway_declared_or_chunked(string path, int bytes, int status)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync(echo,
            """
            limits: { body: 1KiB }
            routes:
              - { path: /orders, service: backend }
              - { path: /uploads, service: backend, limits: { body: 100KiB } }
              - { path: /logins, service: backend, limits: { body: 100B } }
            """);
        foreach (var chunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[bytes]) };
            request.Headers.TransferEncodingChunked = chunked;
            using var answer = await gateway.Client.SendAsync(request, Token);

            Assert.Equal((HttpStatusCode)status, answer.StatusCode);
            Assert.Equal(status == 413, (await answer.Content.ReadAsStringAsync(Token)).Contains("payload-too-large", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_is_declared_too_large_is_refused_before_any_of_it_is_sent()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        using var client = await RawClient.ConnectAsync(gateway.Address);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413 ", await client.ReadToAsync("payload-too-large"));
    }

    [Fact]
    public async Task Clients_that_send_too_much_do_not_open_the_circuit_of_the_instance()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync(echo, "limits: { body: 1KiB }\nroutes: [{ path: /x, service: backend }]");
        for (var call = 0; call < 10; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/x") { Content = new ByteArrayContent(new byte[100_000]) };
            request.Headers.TransferEncodingChunked = true;
            using var refused = await gateway.Client.SendAsync(request, Token);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        }

        using var answer = await gateway.Client.GetAsync("/x", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_address_that_is_too_long_is_414(bool http2)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(http2, echo.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "/" + new string('a', 9000)))
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await gateway.Client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.RequestUriTooLong, answer.StatusCode);
        Assert.Contains("uri-too-long", await answer.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task A_route_takes_shorter_addresses_and_fewer_headers_than_the_gateway()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync(echo,
            """
            limits: { uri: 200B, headers: 2KiB, headerCount: 20 }
            routes:
              - { path: "/any/{**rest}", service: backend }
              - { path: "/small/{**rest}", service: backend, limits: { uri: 50B, headers: 300B, headerCount: 5 } }
            """);
        var (path, large, many) = (new string('a', 100), "X-Large: " + new string('a', 400), Enumerable.Range(0, 7).Select(number => $"X-{number}: a").ToArray());

        Assert.StartsWith("HTTP/1.1 200 ", await gateway.GetRawAsync("/any/" + path));
        Assert.StartsWith("HTTP/1.1 414 ", await gateway.GetRawAsync("/small/" + path));
        Assert.StartsWith("HTTP/1.1 414 ", await gateway.GetRawAsync("/any/" + path + path));
        Assert.StartsWith("HTTP/1.1 200 ", await gateway.GetRawAsync("/any/x", large));
        Assert.Matches("(?s)^HTTP/1.1 431 .*headers-too-large", await gateway.GetRawAsync("/small/x", large));
        Assert.StartsWith("HTTP/1.1 431 ", await gateway.GetRawAsync("/any/x", large, large, large, large, large));
        Assert.StartsWith("HTTP/1.1 200 ", await gateway.GetRawAsync("/any/x", many));
        Assert.Matches("(?s)^HTTP/1.1 431 .*headers-too-large", await gateway.GetRawAsync("/small/x", many));
        Assert.StartsWith("HTTP/1.1 431 ", await gateway.GetRawAsync("/any/x", [.. many, .. many, .. many]));
    }

    [Fact]
    public async Task Other_limits_take_effect_without_a_restart()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        Assert.StartsWith("HTTP/1.1 200 ", await gateway.GetRawAsync("/x", "X-Large: " + new string('a', 2000)));

        gateway.Apply("limits: { headers: 1KiB, uri: 100B }\nroutes: [{ path: \"/{**rest}\", service: backend }]");

        Assert.StartsWith("HTTP/1.1 431 ", await gateway.GetRawAsync("/x", "X-Large: " + new string('a', 2000)));
        Assert.StartsWith("HTTP/1.1 414 ", await gateway.GetRawAsync("/" + new string('a', 200)));
    }

    [Fact]
    public async Task One_connection_more_than_there_may_be_is_closed_at_once()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync(echo, "limits: { connections: 2 }\nroutes: [{ path: /x, service: backend }]");
        using var one = await RawClient.ConnectAsync(gateway.Address);
        using var two = await RawClient.ConnectAsync(gateway.Address);
        foreach (var client in new[] { one, two })
        {
            await client.SendAsync("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200 ", await client.ReadToAsync("GET /x"));
        }

        using var three = await RawClient.ConnectAsync(gateway.Address);
        Assert.Equal("", await three.ReadToEndAsync());
    }

    [Theory]
    [InlineData("limits: { body: 0 }", "1:17: 'body' must be at least 1 byte; found '0'.")]
    [InlineData("limits: { grace: 1s }", "1:18: 'grace' must be at least 1.1s")]
    [InlineData("limits: { bodys: 1KiB }", "1:11: unknown key 'bodys' in limits; did you mean 'body'?")]
    [InlineData("limits: { headerCount: 0 }", "1:24: expected a whole number from 1 to 10000 as 'headerCount'")]
    [InlineData("routes: [{ path: /x, service: a, limits: { uri: 9KiB } }]", "1:49: 'uri' must be from 1B to the gateway's 8KiB; raise that with 'limits' beside 'routes'; found '9KiB'.")]
    [InlineData("routes: [{ path: /x, service: a, limits: {} }]", "is nothing that differs from the gateway's")]
    public void What_is_wrong_is_told_with_its_place(string yaml, string expected) => Assert.Contains(expected, ConfigText.ProblemsOf(yaml));

    private static Task<Gateway> StartAsync(Upstream service, string yaml) => Gateway.StartAsync(yaml, ("backend", [service.Address]));
}
