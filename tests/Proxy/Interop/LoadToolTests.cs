using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Interop;

/// <summary>Clients that are many, and clients that mean harm.</summary>
public sealed class LoadToolTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_request_of_h2load_is_answered(bool http2)
    {
        var tool = Tool.Find("h2load", "nghttp2-client");
        await using var service = await Upstream.StartAsync(context => context.Response.WriteAsync("hello"));
        await using var gateway = await Gateways.StartAsync(service.Address, http2);
        var (exitCode, output) = await Tool.RunAsync(tool, [.. http2 ? Array.Empty<string>() : ["--h1"], "-n", "5000", "-c", "50", "-m", http2 ? "20" : "1", $"{gateway.Address}x"]);

        Assert.Equal(0, exitCode);
        Assert.Contains("5000 succeeded, 0 failed, 0 errored, 0 timeout", output);
        Assert.Contains("status codes: 5000 2xx", output);
    }

    [Theory]
    [InlineData("-H")]
    [InlineData("-B")]
    [InlineData("-X")]
    public async Task While_slowhttptest_holds_its_connections_others_are_answered(string attack)
    {
        var tool = Tool.Find("slowhttptest", "slowhttptest");
        var body = new string('a', 200_000);
        await using var service = await Upstream.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            await context.Response.WriteAsync(body);
        });
        await using var gateway = await Gateways.StartAsync(service.Address);
        var attacking = Tool.RunAsync(tool, attack, "-c", "300", "-r", "150", "-i", "1", "-l", "6", "-x", "10", "-w", "10", "-y", "20", "-n", "1", "-z", "10", "-u", $"{gateway.Address}x");
        var slowest = TimeSpan.Zero;
        while (!attacking.IsCompleted)
        {
            var began = Stopwatch.GetTimestamp();
            using var response = await gateway.Client.GetAsync("/x");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(body, await response.Content.ReadAsStringAsync());
            slowest = slowest > Stopwatch.GetElapsedTime(began) ? slowest : Stopwatch.GetElapsedTime(began);
        }

        var (_, output) = await attacking;
        Assert.Contains("service available:", output.Replace("\u001b[", "", StringComparison.Ordinal));
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        Assert.Equal(body, await gateway.Client.GetStringAsync("/x"));
    }
}
