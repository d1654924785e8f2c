using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Runtime;

public sealed class MetricsTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_passes_is_measured_by_route_service_and_status()
    {
        await using var service = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/measured/missing" ? 404 : 200;
            return Task.CompletedTask;
        });
        await using var gateway = await Gateway.StartAsync("routes: [{ name: measured, path: '/measured/{id}', service: backend }]", ("backend", [service.Address]));
        foreach (var path in (string[])["/measured/1", "/measured/2", "/measured/missing", "/elsewhere"])
        {
            (await gateway.Client.GetAsync(path, Token)).Dispose();
        }

        // A request is counted when it is over, which its client may see a moment earlier.
        var lines = "";
        while (!lines.Contains("portolan_gateway_request_duration_seconds_count{route=\"measured\",service=\"backend\",status=\"2xx\"} 2\n"))
        {
            lines = await gateway.Client.GetStringAsync("/metrics", Token);
        }

        Assert.Contains("portolan_gateway_request_duration_seconds_count{route=\"measured\",service=\"backend\",status=\"4xx\"} 1\n", lines);
        Assert.Contains("portolan_gateway_backend_duration_seconds_bucket{route=\"measured\",service=\"backend\",status=\"2xx\",le=\"+Inf\"} 2\n", lines);
        Assert.Contains("# TYPE dotnet_process_memory_working_set_bytes gauge\n", lines);
    }

    [Fact]
    public async Task Metrics_are_for_callers_on_this_machine_and_no_route_takes_their_place()
    {
        await using var gateway = await Gateway.StartAsync("routes: []");
        using var proxied = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { { "Via", "1.1 other" } } };
        using var refused = await gateway.Client.SendAsync(proxied, Token);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("is answered by the gateway itself", ConfigText.ProblemsOf("routes: [{ path: /metrics, service: backend }]"));
    }
}
