using System.Net;
using System.Text;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Upstreams;

/// <summary>When a connection to a service may be used again, and what of its answers does not count against it.</summary>
public sealed class ConnectionReuseTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\n")]
    [InlineData("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 205 Reset Content\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    public async Task A_connection_on_which_more_may_come_is_not_used_again(string answer) => Assert.Equal(3, await ConnectionsAsync(answer));

    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok")]
    public async Task A_connection_on_which_all_has_come_is_used_again(string answer) => Assert.Equal(1, await ConnectionsAsync(answer));

    [Theory]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")]
    [InlineData("HTTP/1.1 200 OK\n")]
    [InlineData("\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\n\nok")]
    public async Task A_line_that_ends_with_a_line_feed_alone_is_502_at_once(string answer)
    {
        using var server = new RawServer(async socket =>
        {
            await RawServer.ReadHeadAsync(socket);
            await socket.SendAsync(Encoding.ASCII.GetBytes(answer));

            // And waits, as a server does that has said all.
            await RawServer.ReadHeadAsync(socket);
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        using var response = await gateway.Client.GetAsync("/x", Token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
    }

    [Theory]
    [InlineData(501)]
    [InlineData(505)]
    public async Task What_any_stranger_may_ask_for_opens_no_circuit(int status)
    {
        await using var service = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Method == "GET" ? 200 : status;
            return Task.CompletedTask;
        });
        await using var gateway = await Gateway.InFrontOfAsync(service.Address);
        for (var call = 0; call < 30; call++)
        {
            Assert.StartsWith($"HTTP/1.1 {status} ", await gateway.SendRawAsync("FOO /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
        }

        using var response = await gateway.Client.GetAsync("/x", Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    // How many it takes for three requests, one after the other.
    private static async Task<int> ConnectionsAsync(string answer)
    {
        var connections = 0;
        using var server = new RawServer(async socket =>
        {
            Interlocked.Increment(ref connections);
            while ((await RawServer.ReadHeadAsync(socket)).Length > 0)
            {
                await socket.SendAsync(Encoding.ASCII.GetBytes(answer));
            }
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        for (var request = 0; request < 3; request++)
        {
            using var response = await gateway.Client.GetAsync("/x", Token);
            Assert.NotEqual(HttpStatusCode.BadGateway, response.StatusCode);
        }

        return connections;
    }
}
