using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Sidecar;

public sealed class InboundTests
{
    [Fact]
    public async Task Everything_is_the_applications_but_health_and_the_operators_surface()
    {
        await using var application = await Upstream.StartEchoAsync();
        await using var inbound = await Side.InAsync(application.Address);

        Assert.StartsWith("GET /\n", await inbound.GetAsync("/"));
        Assert.StartsWith("GET /healthz?a=1\n", await inbound.GetAsync("/healthz?a=1"));
        Assert.Contains("\"application\":{\"status\":\"UP\"}", await inbound.GetAsync("/health"));
        Assert.StartsWith("{\"breakers\":[", await inbound.GetAsync("/portolan/breakers"));
        Assert.Contains("There is nothing at this address", await inbound.GetAsync("/portolan/queues"));
    }

    [Fact]
    public async Task The_client_is_the_one_that_the_gateway_saw()
    {
        await using var application = await Upstream.StartEchoAsync();
        await using var inbound = await Side.InAsync(application.Address);

        Assert.Contains("X-Forwarded-For: 203.0.113.7\n", await inbound.GetAsync("/", ("X-Forwarded-For", "203.0.113.7")));
    }

    [Fact]
    public async Task What_a_mesh_may_say_is_not_believed_from_outside()
    {
        await using var application = await Upstream.StartEchoAsync();
        await using var inbound = await Side.InAsync(application.Address);

        var answer = await inbound.GetAsync("/", ("X-Envoy-Expected-Rq-Timeout-Ms", "5"), ("b3", "463ac35c9f6413ad48485a3953bb6124-0020000000000001-1"));

        Assert.DoesNotContain("traceparent: 00-463ac35c9f6413ad48485a3953bb6124", answer);
    }

    [Fact]
    public async Task An_application_that_is_away_is_down_and_its_callers_hear_that_nothing_was_sent()
    {
        await using var inbound = await Side.InAsync(RawServer.NobodyThere());

        using var health = await inbound.Client.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Contains("does not accept connections", await health.Content.ReadAsStringAsync());
        Assert.Contains("service-unreachable", await inbound.GetAsync("/x"));
    }

    [Fact]
    public async Task An_application_may_listen_on_a_socket_in_the_file_system()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Paths of sockets are short, and those of temporary folders there are not.");
        }

        var folder = Directory.CreateTempSubdirectory("portolan-");
        try
        {
            var path = Path.Combine(folder.FullName, "app.sock");
            await using var application = await Upstream.StartAsync(_ => { }, context => context.Response.WriteAsync("over a socket " + context.Request.Path), socket: path);
            await using var inbound = await Side.InAsync("unix:" + Path.GetRelativePath(Environment.CurrentDirectory, path), "/well");

            Assert.Equal("over a socket /x", await inbound.GetAsync("/x"));
            Assert.Contains("\"application\":{\"status\":\"UP\"}", await inbound.GetAsync("/health"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
