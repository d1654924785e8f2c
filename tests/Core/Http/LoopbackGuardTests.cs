using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Portolan.Core.Http;

namespace Portolan.Core.Tests.Http;

public sealed class LoopbackGuardTests
{
    [Theory]
    [InlineData("localhost", null)]
    [InlineData("127.0.0.1:{port}", null)]
    [InlineData("[::1]:{port}", null)]
    [InlineData("LOCALHOST:{port}", null)]
    [InlineData("127.0.0.1:{port}", "Origin: http://127.0.0.1:{port}")]
    public async Task A_caller_on_this_machine_passes(string host, string? header) =>
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(host, header), StringComparison.Ordinal);

    [Theory]
    [InlineData("evil.example", null)]
    [InlineData("localhost.evil.example", null)]
    [InlineData("127.0.0.1.evil.example", null)]
    [InlineData("192.168.1.10", null)]
    [InlineData("localhost", "X-Forwarded-For: 127.0.0.1")]
    [InlineData("localhost", "x-forwarded-host: localhost")]
    [InlineData("localhost", "X-Real-IP: 127.0.0.1")]
    [InlineData("localhost", "Forwarded: for=127.0.0.1")]
    [InlineData("localhost", "Via: 1.1 proxy")]
    [InlineData("localhost", "Origin: https://evil.example")]
    [InlineData("localhost", "Origin: null")]
    [InlineData("localhost", "Origin: http://localhost:1")]
    [InlineData("localhost", "Origin: http://localhost\r\nOrigin: https://evil.example")]
    public async Task A_browser_page_a_proxy_and_another_name_are_refused(string host, string? header)
    {
        var answer = await AskAsync(host, header);

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Contains("urn:portolan:problem:forbidden", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_without_a_host_is_refused()
    {
        await using var server = await RawHttp.StartAsync(GuardedAsync);

        Assert.StartsWith("HTTP/1.1 403", await server.SendAsync(IPAddress.Loopback, "GET / HTTP/1.0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_from_another_address_is_refused_whatever_host_it_names()
    {
        var address = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(candidate => candidate.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(candidate));
        Assert.SkipWhen(address is null, "This machine has no address but loopback.");
        await using var server = await RawHttp.StartAsync(GuardedAsync, "0.0.0.0");

        Assert.StartsWith("HTTP/1.1 403", await server.SendAsync(address, "GET / HTTP/1.1", "Host: localhost"), StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(string host, string? header)
    {
        await using var server = await RawHttp.StartAsync(GuardedAsync);
        string[] lines = ["GET / HTTP/1.1", "Host: " + host, .. header is null ? Array.Empty<string>() : [header]];
        return await server.SendAsync(IPAddress.Loopback, [.. lines.Select(line => line.Replace("{port}", server.Port.ToString(), StringComparison.Ordinal))]);
    }

    private static Task GuardedAsync(HttpContext context) =>
        LoopbackGuard.Check(context) is { } refusal ? refusal.ExecuteAsync(context) : context.Response.WriteAsync("welcome");
}
