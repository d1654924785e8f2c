using System.Net.Sockets;
using System.Text;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Forwarding;

public sealed class HeaderTests
{
    [Theory]
    [InlineData("X-Custom, X-Forwarded-For, Authorization")]
    [InlineData("close, X-Custom, X-Forwarded-For, Authorization")]
    [InlineData("X-Custom, Close ,authorization,X-Forwarded-For")]
    [InlineData("keep-alive, X-Custom, Authorization, Via, Host, X-Request-ID")]
    [InlineData("X-Custom, Authorization, upgrade")]
    [InlineData("x-custom\r\nConnection: close\r\nConnection: authorization")]
    [InlineData(",, keep-alive ,, x-custom ,close,, authorization,")]
    public async Task What_concerns_one_connection_ends_at_the_gateway(string connection)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);

        var seen = await gateway.SendRawAsync(
            $"GET /x HTTP/1.1\r\nHost: shop.example\r\nConnection: {connection}\r\nX-Custom: 1\r\nAuthorization: secret\r\nKeep-Alive: 5\r\n" +
            "Proxy-Connection: x\r\nTE: trailers\r\nProxy-Authorization: Basic eA==\r\nUpgrade: h2c\r\nX-Kept: yes\r\n\r\n" +
            (connection.Contains("close", StringComparison.OrdinalIgnoreCase) ? "" : "GET /health/live HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"));
        var body = seen[seen.IndexOf("GET /x", StringComparison.Ordinal)..seen.IndexOf("\n\n", StringComparison.Ordinal)];

        Assert.Contains("X-Kept: yes", body);
        foreach (var gone in new[] { "X-Custom", "Authorization: secret", "Keep-Alive", "Proxy-Connection", "TE:", "Proxy-Authorization", "Upgrade", "close" })
        {
            Assert.False(body.Contains(gone), gone + " in " + body);
        }

        // What the gateway says itself nobody can have removed.
        Assert.Contains("X-Forwarded-For: 127.0.0.1", body);
        Assert.Contains("Via: 1.1 portolan", body);
        Assert.Contains("X-Request-ID: ", body);
        Assert.Contains("Host: ", body);
    }

    [Fact]
    public async Task What_the_gateway_sets_no_client_has_removed_by_naming_it()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync(
            """
            routes:
              - path: /{**rest}
                service: backend
                version: { header: X-API-Version, default: v2, versions: { v1: {}, v2: {} } }
                request: { headers: { set: { X-Tenant: blue }, add: { X-List: b } } }
            """,
            ("backend", [echo.Address]));
        var seen = await gateway.GetRawAsync("/x", "Connection: X-Tenant, X-List, X-API-Version", "X-Tenant: red", "X-List: a");

        Assert.Contains("X-Tenant: blue\n", seen);
        Assert.Contains("X-List: b\n", seen);
        Assert.Contains("X-API-Version: v2\n", seen);
    }

    [Fact]
    public async Task No_policy_goes_by_a_header_that_no_service_will_see()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync("routes: [{ path: /x, service: backend, headers: { X-Beta: '*' } }]", ("backend", [echo.Address]));

        Assert.StartsWith("HTTP/1.1 200 ", await gateway.GetRawAsync("/x", "X-Beta: 1"));
        Assert.StartsWith("HTTP/1.1 404 ", await gateway.GetRawAsync("/x", "Connection: X-Beta", "X-Beta: 1"));
    }

    [Fact]
    public async Task A_body_stays_framed_whatever_its_client_names()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        var seen = await gateway.SendRawAsync("POST /x HTTP/1.1\r\nHost: a\r\nConnection: close, Content-Length, Host, Content-Type\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc");

        Assert.Contains("Content-Length: 3\n", seen);
        Assert.DoesNotContain("text/plain\n", seen);
        Assert.EndsWith("\n\nabc", seen.TrimEnd('0', '\r', '\n'));
    }

    [Fact]
    public async Task The_gateway_alone_says_who_asks_and_from_where()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        var seen = await gateway.GetRawAsync(
            "/x", "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil", "X-Forwarded-Prefix: /evil", "Forwarded: for=6.6.6.6",
            "X-User-ID: evil", "X-Service-Name: evil", "X_User_ID: evil", "X-Original-URL: /evil",
            "X-HTTP-Method-Override: evil", "X-HTTP-Method: evil", "X-Method-Override: evil", "X_HTTP_Method_Override: evil", "Via: 1.0 client", "Idempotency-Key: k-1", "Cookie: a=b");

        Assert.DoesNotContain("6.6.6.6", seen);
        Assert.DoesNotContain("evil", seen);
        Assert.Contains("X-Forwarded-For: 127.0.0.1\n", seen);
        Assert.Contains("X-Forwarded-Proto: http\n", seen);
        Assert.Contains("X-Forwarded-Host: shop.example\n", seen);
        Assert.Contains("Via: 1.0 client, 1.1 portolan\n", seen);
        Assert.Contains($"Host: {new Uri(echo.Address).Authority}\n", seen);
        Assert.Contains("Idempotency-Key: k-1\n", seen);
        Assert.Contains("Cookie: a=b\n", seen);
    }

    [Theory]
    [InlineData(false, "1.1", "Via: 1.1 portolan\n")]
    [InlineData(false, "1.0", "Via: 1.0 portolan\n")]
    [InlineData(true, "2.0", "Via: 2.0 portolan\n")]
    public async Task A_service_is_told_over_what_the_request_came(bool http2, string version, string expected)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(http2, echo.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x") { Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await gateway.Client.SendAsync(request);

        Assert.Contains(expected, await response.Content.ReadAsStringAsync());
        Assert.Equal("1.1 portolan", response.Headers.Via.ToString());
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "1.0 portolan")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "1.1 portolan")]
    public async Task A_client_is_told_over_what_the_answer_came(string answer, string expected)
    {
        using var server = new RawServer(RawServer.Answering(answer));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        using var response = await gateway.Client.GetAsync("/x");

        Assert.Equal(expected, response.Headers.Via.ToString());
    }

    [Fact]
    public async Task Ids_and_trace_go_on_to_the_service_and_come_back_to_the_client()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x");
        request.Headers.Add("X-Correlation-ID", "action-1");
        request.Headers.Add("X-Request-ID", "client-1");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var response = await gateway.Client.SendAsync(request);
        var seen = await response.Content.ReadAsStringAsync();
        var requestId = response.Headers.GetValues("X-Request-ID").Single();

        Assert.Equal("action-1", response.Headers.GetValues("X-Correlation-ID").Single());
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", response.Headers.GetValues("X-Trace-ID").Single());
        Assert.Contains("X-Correlation-ID: action-1\n", seen);
        Assert.Contains($"X-Request-ID: {requestId}\n", seen);
        Assert.Contains($"X-Parent-Request-ID: {requestId}\n", seen);
        Assert.Contains("traceparent: 00-0af7651916cd43dd8448eb211c80319c-", seen, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("b7ad6b7169203331", seen);
        Assert.DoesNotContain("client-1", seen);
    }

    [Fact]
    public async Task The_answer_loses_what_concerns_one_connection_and_keeps_the_rest()
    {
        using var server = new RawServer(RawServer.Answering(
            "HTTP/1.1 200 OK\r\nConnection: close, X-Nominated\r\nX-Nominated: 1\r\nKeep-Alive: 5\r\nProxy-Authenticate: Basic\r\n" +
            "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Request-ID: services-own\r\nX-Latin: caf\u00e9\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        var seen = await gateway.GetRawAsync("/x");

        foreach (var gone in new[] { "X-Nominated", "Keep-Alive", "Proxy-Authenticate", "services-own", "Transfer-Encoding" })
        {
            Assert.DoesNotContain(gone, seen);
        }

        Assert.Contains("Set-Cookie: a=1\r\n", seen);
        Assert.Contains("Set-Cookie: b=2\r\n", seen);
        Assert.Contains("Content-Length: 2\r\n", seen);
        Assert.Contains("Via: 1.1 portolan\r\n", seen);
        Assert.EndsWith("\r\n\r\nok", seen);
    }

    [Fact]
    public async Task Header_values_pass_byte_for_byte()
    {
        var head = new TaskCompletionSource<byte[]>();
        using var server = new RawServer(async socket =>
        {
            var buffer = new byte[8192];
            var length = await socket.ReceiveAsync(buffer);
            head.SetResult(buffer[..length]);
            await socket.SendAsync(Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\nX-Latin: \u00e9\u00ff\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            socket.Shutdown(SocketShutdown.Both);
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        var seen = await gateway.GetRawAsync("/x", "X-Latin: \u00e9\u00ff");

        Assert.Contains("X-Latin: \u00e9\u00ff\r\n", seen);
        Assert.Contains("X-Latin: \u00e9\u00ff\r\n", Encoding.Latin1.GetString(await head.Task));
    }

    [Fact]
    public async Task A_NUL_in_an_answer_does_not_reach_the_client()
    {
        using var server = new RawServer(RawServer.Answering("HTTP/1.1 200 OK\r\nX-Odd: a\0b\r\nContent-Length: 0\r\n\r\n"));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);

        var seen = await gateway.GetRawAsync("/x");
        Assert.StartsWith("HTTP/1.1 502 ", seen);
        Assert.DoesNotContain('\0', seen);
    }
}
