namespace Portolan.Proxy.Tests.Interop;

/// <summary>Client and server are the package <c>ws</c>.</summary>
public sealed class WebSocketPeerTests
{
    [Fact]
    public async Task Messages_fragments_pings_compression_and_both_sides_closing_pass()
    {
        var (server, address) = await NodeScripts.ServeWithPackagesAsync("websocket-server.js");
        await using var serving = server;
        await using var gateway = await Gateways.StartAsync(address);
        var (exitCode, output) = await NodeScripts.RunAsync("websocket-client.js", $"ws://{gateway.Address.Authority}/chat");

        Assert.True(exitCode == 0, output);
        Assert.Equal("ok\n", output);
        Assert.Equal("closed 4001 as you wish", await server.LineAsync());
        Assert.Equal("closed 4001 as you wish", await server.LineAsync());
        Assert.Equal("closed 4002 enough", await server.LineAsync());
    }
}
