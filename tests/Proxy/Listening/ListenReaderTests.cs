using System.Net;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Settings;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Listening;

public sealed class ListenReaderTests
{
    [Fact]
    public void Listeners_are_read()
    {
        var problems = new YamlProblems("gateway.yaml");
        var file = GatewayFile.Parse(
            """
            port: 8080
            listen:
              - { port: 8081, protocol: h2c }
              - { port: 8443, address: 0.0.0.0, certificate: tls/server.pem, key: tls/server.key }
            routes: []
            """,
            problems);

        Assert.Equal("", problems.ToString());
        Assert.Equal((8081, true, IPAddress.Loopback), (file!.Listeners[0].Port, file.Listeners[0].Http2Only, file.Listeners[0].Address));
        Assert.Equal((8443, IPAddress.Any, "tls/server.pem", "tls/server.key"), (file.Listeners[1].Port, file.Listeners[1].Address, file.Listeners[1].Certificate, file.Listeners[1].Key));
    }

    [Theory]
    [InlineData("port: 8080\nlisten: [{ port: 8080 }]", "2:18: the gateway has port 8080 already; give one of them another.")]
    [InlineData("listen: [{ port: 8443, certificate: a.pem }]", "1:10: TLS needs both 'certificate' and 'key'")]
    [InlineData("listen: [{ port: 8443, certificate: a.pem, key: a.key, protocol: h2c }]", "1:66: with a certificate the client chooses")]
    [InlineData("listen: [{ protocol: h2c }]", "needs 'port'")]
    [InlineData("listen: [{ port: 8443, address: everywhere }]", "1:33: expected an address of this machine")]
    [InlineData("listen: [{ port: 8443, protocol: h3 }]", "expected one of http1, h2c as 'protocol', found 'h3'")]
    [InlineData("listen: 8443", "expected a list of listeners")]
    public void What_is_wrong_is_told_with_its_place(string yaml, string expected) => Assert.Contains(expected, ConfigText.ProblemsOf(yaml));
}
