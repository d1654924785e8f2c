using System.Net;
using System.Net.Sockets;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Listening;
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
    [InlineData("certificate: nope.pem, key: server.key", false, "1:38: there is no file 'nope.pem' in '{0}'.")]
    [InlineData("certificate: server.pem, key: keys/nope.key", false, "1:55: there is no file 'keys/nope.key' in '{0}'.")]
    [InlineData("certificate: server.key, key: server.pem", false, "1:38: 'server.key' has no certificate in PEM.")]
    [InlineData("certificate: server.pem, key: server.pem", false, "1:55: 'server.pem' has no private key in PEM.")]
    [InlineData("certificate: ca.pem, key: server.key", false, "1:51: the private key in 'server.key' is not that of the certificate in 'ca.pem'.")]
    [InlineData("certificate: server.pem, key: server.key", false, "")]
    [InlineData("address: 192.0.2.1", true, "1:34: 192.0.2.1 is no address of this machine.")]
    [InlineData("address: 192.0.2.1", false, "")]
    public void What_this_machine_does_not_have_is_told_with_its_place(string listener, bool opens, string expected)
    {
        using var files = new PemFiles();
        var problems = new YamlProblems("gateway.yaml");
        GatewayFile.Parse($"listen: [{{ port: {Free()}, {listener} }}]\nroutes: []", problems, new ListenChecks(files.Folder, opens));

        Assert.Equal(expected.Length == 0 ? "" : "gateway.yaml:" + string.Format(System.Globalization.CultureInfo.InvariantCulture, expected, files.Folder), problems.ToString());
    }

    [Fact]
    public void A_port_that_somebody_has_is_told_with_its_place()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen(1);
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;
        var problems = new YamlProblems("gateway.yaml");
        GatewayFile.Parse($"listen: [{{ port: {port} }}]\nroutes: []", problems, new ListenChecks(".", Opens: true));

        Assert.Equal($"gateway.yaml:1:18: port {port} is in use by another program; choose another one, or stop that program.", problems.ToString());
    }

    // Five digits, as the places in the sentences expect it; nobody listens at the address that they are about.
    private static int Free() => 54321;

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
