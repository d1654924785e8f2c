using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Portolan.Proxy.Listening;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Listening;

public sealed class MisdirectedTests
{
    [Theory]
    [InlineData("localhost", "localhost", 200)]
    [InlineData("localhost", "LOCALHOST.:8443", 200)]
    [InlineData("localhost", "a.shop.example", 200)]
    [InlineData("a.shop.example", "b.shop.example:443", 200)]
    [InlineData("a.shop.example", "127.0.0.1", 200)]
    [InlineData("elsewhere.example", "elsewhere.example", 200)]
    [InlineData("127.0.0.1", "elsewhere.example", 200)]
    [InlineData("localhost", "elsewhere.example", 421)]
    [InlineData("localhost", "a.b.shop.example", 421)]
    [InlineData("localhost", "shop.example", 421)]
    [InlineData("localhost", "127.0.0.2", 421)]
    [InlineData("localhost", "[::1]:8443", 421)]
    [InlineData("localhost", "a_b", 421)]
    [InlineData("elsewhere.example", "another.example", 421)]
    public async Task A_host_is_asked_for_over_a_connection_that_is_its_own(string named, string host, int status)
    {
        using var pem = new PemFiles();
        await using var gateway = await StartAsync(pem);

        // Each connection goes on for what is its own.
        foreach (var (asked, expected) in new[] { (host, status), (host, status), (named, 200) })
        {
            Assert.Equal((asked, $"{expected}"), (asked, await OverHttp2Async(gateway, named, asked)));
        }

        var text = await OverHttp1Async(gateway, named, host, host, named);
        var answers = text.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([$"{status}", $"{status}", "200"], answers.Select(answer => answer[..3]));
        Assert.Equal(status == 421, text.Contains("urn:portolan:problem:misdirected-request", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_the_name_of_the_connection_is_not_the_clients()
    {
        using var pem = new PemFiles();
        await using var gateway = await StartAsync(pem, "trustedHops: 1\n");

        Assert.Equal("200", await OverHttp2Async(gateway, "localhost", "elsewhere.example"));
    }

    private static Task<Gateway> StartAsync(PemFiles pem, string yaml = "") => Gateway.StartAsync(
        yaml + "routes: [{ path: /x, compose: { one: { service: nobody, path: /, default: '{}' } } }]",
        services => services.AddListeners([new ListenerConfig { Port = 0, Certificate = pem.Certificate, Key = pem.Key }], "", TimeProvider.System));

    private static async Task<string> OverHttp1Async(Gateway gateway, string named, params string[] hosts)
    {
        await using var stream = await ConnectAsync(gateway, named, SslApplicationProtocol.Http11);
        foreach (var (index, host) in hosts.Index())
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /x HTTP/1.1\r\nHost: {host}\r\n{(index < hosts.Length - 1 ? "" : "Connection: close\r\n")}\r\n"));
        }

        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private static async Task<string> OverHttp2Async(Gateway gateway, string named, string host)
    {
        using var client = await RawHttp2.OverAsync(await ConnectAsync(gateway, named, SslApplicationProtocol.Http2));
        await client.SendHeadersAsync(1, true, (":method", "GET"), (":scheme", "https"), (":path", "/x"), (":authority", host));
        return await client.ResultAsync(1);
    }

    // The framework's client names the host of the request, whatever it is told.
    private static async Task<Stream> ConnectAsync(Gateway gateway, string named, SslApplicationProtocol protocol)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = named,
            ApplicationProtocols = [protocol],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        });
        return stream;
    }
}
