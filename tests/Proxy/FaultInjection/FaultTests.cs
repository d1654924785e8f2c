using System.Net;
using System.Net.Http.Json;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.FaultInjection;

public sealed class FaultTests : IAsyncLifetime
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private Upstream service = null!;
    private int reached;

    public async ValueTask InitializeAsync() => service = await Upstream.StartAsync(context =>
    {
        Interlocked.Increment(ref reached);
        return Task.CompletedTask;
    });

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task A_route_answers_with_a_fault_and_the_service_is_not_asked()
    {
        await using var gateway = await StartAsync("{ name: broken, status: 503 }");
        using var answer = await gateway.Client.GetAsync("/faulty", Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("Fault broken was injected on purpose", await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal(0, reached);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, "/sound"));
    }

    [Fact]
    public async Task It_may_be_meant_for_requests_with_a_header_only()
    {
        await using var gateway = await StartAsync("[{ status: 500, header: X-Chaos=500 }, { status: 429, header: X-Throttle }]");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, "/faulty"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, "/faulty", ("X-Chaos", "501")));
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(gateway, "/faulty", ("X-Chaos", "500")));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(gateway, "/faulty", ("X-Throttle", "any")));
    }

    [Fact]
    public async Task A_share_of_the_requests_is_hit()
    {
        await using var gateway = await StartAsync("{ status: 503, share: 25% }");
        var statuses = new List<HttpStatusCode>();
        for (var call = 0; call < 400; call++)
        {
            statuses.Add(await StatusAsync(gateway, "/faulty"));
        }

        // One in ten thousand runs is outside of this.
        Assert.InRange(statuses.Count(status => status == HttpStatusCode.ServiceUnavailable), 66, 134);
    }

    [Fact]
    public async Task An_abort_breaks_the_connection_without_an_answer()
    {
        await using var gateway = await StartAsync("{ abort: true }");
        using var client = await RawClient.ConnectAsync(gateway.Address);
        await client.SendAsync("GET /faulty HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_latency_holds_a_request_up_and_lets_it_go_on()
    {
        await using var gateway = await StartAsync("{ latency: 300ms }");
        var began = TimeProvider.System.GetTimestamp();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, "/faulty"));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromMilliseconds(290), TimeSpan.MaxValue);
        Assert.Equal(1, reached);
    }

    [Fact]
    public async Task Operators_set_and_clear_faults_of_a_route_while_it_runs()
    {
        await using var gateway = await StartAsync("{ status: 500, header: X-Never }", "faultInjection: true");
        using (var set = await gateway.Client.PutAsJsonAsync("/portolan/faults/game-day", new { status = 503, route = "sound", seconds = 60 }, Token))
        {
            Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(gateway, "/sound"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, "/faulty"));
        Assert.Contains("\"route\":\"sound\"", await gateway.Client.GetStringAsync("/portolan/faults", Token));

        (await gateway.Client.DeleteAsync("/portolan/faults/game-day", Token)).Dispose();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, "/sound"));
    }

    [Fact]
    public async Task In_production_operators_need_to_be_allowed()
    {
        await using var gateway = await StartAsync("{ status: 500, header: X-Never }");
        using var refused = await gateway.Client.PutAsJsonAsync("/portolan/faults/game-day", new { status = 503 }, Token);

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task A_fault_ends_when_the_configuration_has_it_no_more()
    {
        await using var gateway = await StartAsync("{ status: 503 }");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(gateway, "/faulty"));

        gateway.Apply("routes: [{ path: /faulty, service: backend }]");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(gateway, "/faulty"));
    }

    [Theory]
    [InlineData("{}", "1:48: a fault needs 'latency', 'status' or 'abort', or it would do nothing.")]
    [InlineData("[]", "has 0 faults")]
    [InlineData("{ status: 200 }", "expected a whole number from 400 to 599 as 'status'")]
    [InlineData("{ status: 503, abort: true }", "1:70: a connection that is broken off has no status; remove 'abort' or 'status'.")]
    [InlineData("{ delay: 1s }", "unknown key 'delay' in a fault; it takes name, latency")]
    public void What_is_wrong_is_told(string faults, string expected) =>
        Assert.Contains(expected, ConfigText.ProblemsOf($"routes: [{{ path: /x, service: backend, faults: {faults} }}]"));

    private static async Task<HttpStatusCode> StatusAsync(Gateway gateway, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await gateway.Client.SendAsync(request, Token);
        return answer.StatusCode;
    }

    private Task<Gateway> StartAsync(string faults, string more = "timeout: 30s") => Gateway.StartAsync(
        $$"""
        {{more}}
        routes:
          - { name: faulty, path: /faulty, service: backend, faults: {{faults}} }
          - { name: sound, path: /sound, service: backend }
        """,
        ("backend", [service.Address]));
}
