using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Configuration;

public sealed class AddressesTests
{
    [Theory]
    [InlineData("127.0.0.1:5001")]
    [InlineData("[127.0.0.1:5001]")]
    [InlineData("[http://127.0.0.1:5001]")]
    public void A_service_may_have_addresses_in_the_gateways_file(string addresses)
    {
        var config = ConfigText.Read($"services:\n  orders: {{ addresses: {addresses} }}\nroutes: []");

        Assert.Equal(["http://127.0.0.1:5001"], Assert.Single(config.Services).Addresses);
    }

    [Fact]
    public void An_address_may_be_a_socket_in_the_file_system() =>
        Assert.Equal(["unix:/run/app.sock"], Assert.Single(ConfigText.Read("services: { orders: { addresses: unix:/run/app.sock } }\nroutes: []").Services).Addresses);

    [Theory]
    [InlineData("unix:app.sock")]
    [InlineData("'unix:'")]
    [InlineData("unix:/far/too/long/01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    [InlineData("ftp://127.0.0.1:5001")]
    [InlineData("127.0.0.1:5001/api")]
    [InlineData("'not an address'")]
    public void What_is_no_address_is_refused_with_its_line(string address)
    {
        var problems = ConfigText.ProblemsOf($"services:\n  orders: {{ addresses: [{address}] }}\nroutes: []");

        Assert.Contains("gateway.yaml:2", problems);
        Assert.Contains("must be addresses such as 127.0.0.1:5001", problems);
    }

    [Fact]
    public async Task Other_addresses_hold_as_soon_as_they_are_in_force()
    {
        await using var first = await Upstream.StartAsync(context => context.Response.WriteAsync("first"));
        await using var second = await Upstream.StartAsync(context => context.Response.WriteAsync("second"));
        await using var gateway = await Gateway.StartAsync(File(first));
        Assert.Equal("first", await gateway.Client.GetStringAsync("/orders"));

        gateway.Apply(File(second));

        Assert.Equal("second", await gateway.Client.GetStringAsync("/orders"));
    }

    private static string File(Upstream orders) =>
        $"services:\n  orders: {{ addresses: '{orders.Address}' }}\nroutes:\n  - {{ path: '/{{**rest}}', service: orders }}";
}
