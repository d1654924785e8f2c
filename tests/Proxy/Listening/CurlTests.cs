using System.ComponentModel;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Proxy.Listening;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Testing;

namespace Portolan.Proxy.Tests.Listening;

/// <summary>A client that is not of this framework: curl, where it is installed.</summary>
public sealed class CurlTests : IAsyncLifetime
{
    private readonly PemFiles pem = new();

    // Of the certificate's files, which are looked at once a second.
    private readonly VirtualClock clock = new();
    private Upstream echo = null!;

    public async ValueTask InitializeAsync() => echo = await Upstream.StartEchoAsync();

    public async ValueTask DisposeAsync()
    {
        await echo.DisposeAsync();
        pem.Dispose();
    }

    [Fact]
    public async Task HTTP_2_without_TLS_reaches_a_service_on_HTTP_1()
    {
        await using var gateway = await StartAsync(new ListenerConfig { Port = 0, Http2Only = true }, echo.Address);
        var seen = await CurlAsync("--http2-prior-knowledge", "-d", "hello", "-w", "\n%{http_version} %{response_code}", $"{gateway.Address}x?a=%20");

        Assert.StartsWith("POST /x?a=%20\n", seen);
        Assert.Contains("X-Forwarded-Proto: http\n", seen);
        Assert.EndsWith("\n\nhello\n2 200", seen);
    }

    [Theory]
    [InlineData("--http2", "2")]
    [InlineData("--http1.1", "1.1")]
    public async Task With_TLS_the_client_chooses_the_protocol(string option, string version)
    {
        await using var gateway = await StartTlsAsync();
        var seen = await CurlAsync(option, "--cacert", pem.Authority, "-w", "\n%{http_version} %{ssl_verify_result}", $"https://localhost:{gateway.Address.Port}/x");

        Assert.StartsWith("GET /x\n", seen);
        Assert.Contains("X-Forwarded-Proto: https\n", seen);
        Assert.EndsWith($"\n{version} 0", seen);
    }

    [Fact]
    public async Task Trailers_of_HTTP_1_arrive_on_HTTP_2()
    {
        using var server = new RawServer(RawServer.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 42\r\n\r\n"));
        await using var gateway = await StartAsync(new ListenerConfig { Port = 0, Http2Only = true }, server.Address);
        var seen = await CurlAsync("--http2-prior-knowledge", "-i", $"{gateway.Address}x");

        Assert.StartsWith("HTTP/2 200", seen);
        Assert.Contains("abc", seen);
        Assert.Matches("(?i)x-sum: 42", seen);
    }

    [Fact]
    public async Task A_certificate_that_was_renewed_is_used_without_a_restart_and_one_that_is_broken_is_not()
    {
        await using var gateway = await StartTlsAsync();
        var address = $"https://localhost:{gateway.Address.Port}/x";
        var before = Path.Combine(pem.Folder, "before.pem");
        File.Copy(pem.Authority, before);
        Assert.StartsWith("GET /x\n", await CurlAsync("--cacert", before, address));

        // Half of a renewal: the key is not that of the certificate.
        var certificate = await File.ReadAllTextAsync(pem.Certificate);
        pem.Renew();
        var renewed = await File.ReadAllTextAsync(pem.Certificate);
        await File.WriteAllTextAsync(pem.Certificate, certificate);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("GET /x\n", await CurlAsync("--cacert", before, address));

        await File.WriteAllTextAsync(pem.Certificate, renewed);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("GET /x\n", await CurlAsync("--cacert", pem.Authority, address));
        Assert.Equal("", await CurlAsync("--cacert", before, address));
    }

    private Task<Gateway> StartTlsAsync() =>
        StartAsync(new ListenerConfig { Port = 0, Certificate = pem.Certificate, Key = pem.Key }, echo.Address);

    private Task<Gateway> StartAsync(ListenerConfig listener, string service) => Gateway.StartAsync(
        "routes: [{ path: \"/{**rest}\", service: backend }]", services => services.AddListeners([listener], "", clock), ("backend", [service]));

    // What it prints; nothing where it fails.
    private static async Task<string> CurlAsync(params string[] arguments)
    {
        try
        {
            using var curl = Process.Start(new ProcessStartInfo("curl", ["-s", "--noproxy", "*", "--max-time", "60", .. arguments]) { RedirectStandardOutput = true })!;
            var output = await curl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await curl.WaitForExitAsync(TestContext.Current.CancellationToken);
            return output;
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no curl on this machine.");
            throw;
        }
    }
}
