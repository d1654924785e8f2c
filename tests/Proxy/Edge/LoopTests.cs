using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Edge;

public sealed class LoopTests
{
    [Fact]
    public async Task A_route_that_leads_back_to_its_gateway_comes_to_an_end()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        gateway.Apply($"services: {{ self: {{ addresses: '{gateway.Address.Authority}' }} }}\nroutes: [{{ path: /x, service: self }}]");
        var seen = await gateway.GetRawAsync("/x");

        Assert.StartsWith("HTTP/1.1 508 ", seen);
        Assert.Contains("urn:portolan:problem:loop-detected", seen);
        Assert.Equal(16, seen.Split("portolan\r\n").Length - 1);
    }

    [Theory]
    [InlineData(15, "HTTP/1.1 200 ")]
    [InlineData(16, "HTTP/1.1 508 ")]
    public async Task Some_in_a_row_are_none(int passed, string expected)
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        var via = string.Join(", ", Enumerable.Repeat("1.1 portolan", passed - 1));

        Assert.StartsWith(expected, await gateway.GetRawAsync("/x", "Via: 1.1 nginx", $"Via: {via}", "Via: 2.0 portolan"));
    }
}
