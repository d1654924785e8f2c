using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Sidecar;

public sealed class OutboundTests : IAsyncLifetime
{
    private const string Trace = "463ac35c9f6413ad48485a3953bb6124";
    private const string Span = "0020000000000001";

    private Upstream inventory = null!;
    private Side outbound = null!;

    public async ValueTask InitializeAsync()
    {
        inventory = await Upstream.StartEchoAsync();
        outbound = await Side.OutAsync(("inventory", [inventory.Address]));
    }

    public async ValueTask DisposeAsync()
    {
        await outbound.DisposeAsync();
        await inventory.DisposeAsync();
    }

    [Theory]
    [InlineData("/inventory/stock/7?x=%20", "127.0.0.1", "GET /stock/7?x=%20")]
    [InlineData("/inventory", "127.0.0.1", "GET /")]
    [InlineData("/inventory/", "localhost:15001", "GET /")]
    [InlineData("/stock/7?x=1", "inventory", "GET /stock/7?x=1")]
    [InlineData("/stock/7", "Inventory.local:80", "GET /stock/7")]
    [InlineData("/health", "inventory", "GET /health")]
    [InlineData("/", "inventory", "GET /")]
    [InlineData("/inventory/x", "inventory", "GET /inventory/x")]
    public async Task A_service_is_named_by_the_first_segment_or_by_the_host(string path, string host, string expected) =>
        Assert.StartsWith(expected + "\n", await outbound.GetAsync(path, ("Host", host)));

    [Fact]
    public async Task A_client_that_takes_it_for_its_proxy_reaches_services_by_name()
    {
        using var client = new HttpClient(new SocketsHttpHandler { Proxy = new WebProxy(outbound.Address), UseProxy = true });

        Assert.StartsWith("GET /stock/7\n", await client.GetStringAsync("http://inventory/stock/7"));
    }

    [Theory]
    [InlineData("/", "Ask for a service by its name")]
    [InlineData("/Not.a.name/x", "Ask for a service by its name")]
    [InlineData("/inventory/portolan/breakers", "There is nothing at this address")]
    [InlineData("/inventory/%70ortolan/breakers", "There is nothing at this address")]
    [InlineData("/nobody/x", "no-instance")]
    public async Task What_names_no_service_is_refused(string path, string expected) =>
        Assert.Contains(expected, await outbound.GetAsync(path));

    [Fact]
    public async Task It_answers_for_its_own_health() => Assert.Contains("\"status\":\"UP\"", await outbound.GetAsync("/health/ready"));

    [Theory]
    [InlineData("b3", $"{Trace}-{Span}-1", "01")]
    [InlineData("b3", $"{Trace}-{Span}-0-05e3ac9a4f6e3b90", "00")]
    [InlineData("b3", $"{Trace}-{Span}", "01")]
    public async Task A_trace_in_one_header_goes_on(string name, string value, string flags)
    {
        var answer = await outbound.GetAsync("/inventory/", (name, value));

        Assert.Matches($"traceparent: 00-{Trace}-(?!{Span})[0-9a-f]{{16}}-{flags}\n", answer);
        Assert.Matches($"b3: {Trace}-(?!{Span})[0-9a-f]{{16}}-{flags[1]}-{Span}\n", answer);
    }

    [Fact]
    public async Task A_trace_in_several_headers_goes_on()
    {
        var answer = await outbound.GetAsync("/inventory/", ("X-B3-TraceId", "48485a3953bb6124"), ("X-B3-SpanId", Span), ("X-B3-Sampled", "1"));

        Assert.Matches($"traceparent: 00-000000000000000048485a3953bb6124-(?!{Span})[0-9a-f]{{16}}-01\n", answer);
        Assert.Contains("X-B3-TraceId: 000000000000000048485a3953bb6124\n", answer);
        Assert.Contains($"X-B3-ParentSpanId: {Span}\n", answer);
        Assert.DoesNotContain($"X-B3-SpanId: {Span}\n", answer);
    }

    [Fact]
    public async Task A_trace_of_the_w3c_comes_before_one_in_b3_and_a_broken_one_is_none()
    {
        Assert.Contains(
            "traceparent: 00-11111111111111111111111111111111-",
            await outbound.GetAsync("/inventory/", ("traceparent", $"00-11111111111111111111111111111111-{Span}-01"), ("b3", $"{Trace}-{Span}-1")));
        Assert.DoesNotContain("xyz", (await outbound.GetAsync("/inventory/", ("b3", "xyz-1-1"))).Split("traceparent: ")[1].Split('\n')[0]);
    }

    [Theory]
    [InlineData("X-Envoy-Expected-Rq-Timeout-Ms", "900", "", 900)]
    [InlineData("X-Envoy-Upstream-Rq-Timeout-Ms", "900", "", 900)]
    [InlineData("X-Envoy-Upstream-Rq-Timeout-Ms", "900", "500", 500)]
    [InlineData("X-Envoy-Upstream-Rq-Timeout-Ms", "900", "5000", 900)]
    [InlineData("X-Envoy-Upstream-Rq-Timeout-Ms", "soon", "5000", 5000)]
    public async Task How_long_the_application_waits_is_a_deadline(string name, string value, string own, int most)
    {
        var answer = await outbound.GetAsync("/inventory/", own.Length > 0 ? [(name, value), ("X-Request-Timeout", own)] : [(name, value)]);

        Assert.InRange(int.Parse(answer.Split("X-Request-Timeout: ")[1].Split('\n')[0]), 1, most);
        Assert.DoesNotContain("Envoy", answer);
    }

    [Theory]
    [InlineData("", "", 3)]
    [InlineData("X-Envoy-Max-Retries", "0", 1)]
    [InlineData("X-Envoy-Max-Retries", "1", 2)]
    [InlineData("X-Envoy-Max-Retries", "many", 3)]
    [InlineData("X-Envoy-Retry-On", "connect-failure,refused-stream", 1)]
    [InlineData("X-Envoy-Retry-On", "connect-failure, 5xx", 3)]
    public async Task How_often_it_is_tried_is_the_applications_choice(string name, string value, int attempts)
    {
        var asked = 0;
        await using var broken = await Upstream.StartAsync(context =>
        {
            Assert.DoesNotContain(context.Request.Headers.Keys, header => header.StartsWith("X-Envoy", StringComparison.OrdinalIgnoreCase));
            Interlocked.Increment(ref asked);
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var side = await Side.OutAsync(("inventory", [broken.Address]));
        await side.GetAsync("/inventory/x", name.Length > 0 ? [(name, value)] : []);

        Assert.Equal(attempts, asked);
    }

    [Fact]
    public async Task How_long_each_attempt_has_is_the_applications_choice_too()
    {
        await using var stalling = await Upstream.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var side = await Side.OutAsync(("inventory", [stalling.Address]));

        Assert.Contains("gateway-timeout", await side.GetAsync("/inventory/x", ("X-Envoy-Upstream-Rq-Per-Try-Timeout-Ms", "50")));
    }

    [Fact]
    public async Task A_canary_and_the_correlation_go_on()
    {
        var answer = await outbound.GetAsync("/inventory/", ("X-Canary", "true"), ("X-Correlation-ID", "0123456789abcdef0123456789abcdef"));

        Assert.Contains("X-Canary: true\n", answer);
        Assert.Contains("X-Correlation-ID: 0123456789abcdef0123456789abcdef\n", answer);
    }

    [Fact]
    public async Task What_fails_and_can_be_repeated_goes_to_another_instance()
    {
        await using var broken = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var both = await Side.OutAsync(("inventory", [broken.Address, inventory.Address]));

        for (var call = 0; call < 4; call++)
        {
            Assert.StartsWith("GET /x\n", await both.GetAsync("/inventory/x"));
        }
    }
}
