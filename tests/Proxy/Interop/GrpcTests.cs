using Portolan.Proxy.Configuration;

namespace Portolan.Proxy.Tests.Interop;

/// <summary>Client and server are <c>@grpc/grpc-js</c>.</summary>
public sealed class GrpcTests
{
    [Fact]
    public async Task Calls_streams_errors_deadlines_and_cancellation_pass()
    {
        var (server, address) = await NodeScripts.ServeWithPackagesAsync("grpc-server.js");
        await using var serving = server;
        await using var gateway = await Gateways.StartAsync(address, http2: true, UpstreamProtocol.Http2);
        var (exitCode, output) = await NodeScripts.RunAsync("grpc-client.js", gateway.Address.Authority);

        Assert.True(exitCode == 0, output);
        Assert.Equal("unary ok\nerrors ok\ndeadlines ok\ncancellation ok\nstreams ok\n", output);
    }
}
