using System.Net;
using Portolan.Proxy.Edge;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Edge;

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData(0, "203.0.113.7", "10.0.0.1")]
    [InlineData(1, "203.0.113.7", "203.0.113.7")]
    [InlineData(1, "6.6.6.6, 203.0.113.7", "203.0.113.7")]
    [InlineData(2, "6.6.6.6, 203.0.113.7, 10.0.0.2", "203.0.113.7")]
    [InlineData(2, "6.6.6.6 , 203.0.113.7|10.0.0.2", "203.0.113.7")]
    [InlineData(3, "203.0.113.7", "203.0.113.7")]
    [InlineData(1, "", "10.0.0.1")]
    [InlineData(1, "unknown", "10.0.0.1")]
    [InlineData(2, "unknown, 10.0.0.2", "10.0.0.2")]
    [InlineData(1, "203.0.113.7:4711", "203.0.113.7")]
    [InlineData(1, "[2001:db8::1]:4711", "2001:db8::1")]
    [InlineData(1, "2001:db8::1", "2001:db8::1")]
    public void As_many_hops_are_believed_as_are_trusted(int hops, string forwardedFor, string expected) =>
        Assert.Equal(IPAddress.Parse(expected), ClientAddress.Find(forwardedFor.Split('|'), IPAddress.Parse("10.0.0.1"), hops));

    [Theory]
    [InlineData("203.0.113.7", "::ffff:203.0.113.7", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    public void All_addresses_of_one_client_have_one_key(string one, string other, bool same) =>
        Assert.Equal(same, ClientAddress.KeyOf(IPAddress.Parse(one)) == ClientAddress.KeyOf(IPAddress.Parse(other)));

    [Fact]
    public async Task Services_are_told_of_the_client_behind_a_trusted_proxy()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync("trustedHops: 1\nroutes: [{ path: '/{**rest}', service: backend }]", ("backend", [echo.Address]));
        var seen = await gateway.GetRawAsync("/x", "X-Forwarded-For: 6.6.6.6, 203.0.113.7", "X-Forwarded-Proto: https");

        Assert.Contains("X-Forwarded-For: 203.0.113.7\n", seen);
        Assert.Contains("X-Forwarded-Proto: https\n", seen);
        Assert.DoesNotContain("6.6.6.6", seen);
    }
}
