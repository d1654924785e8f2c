using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Proxy.Upstreams.Http1;
using Portolan.Testing;

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
    [InlineData("timeout=5", 3, 1)]
    [InlineData("timeout=5, max=100", 4, 3)]
    [InlineData("max=100 , Timeout=5", 4, 3)]
    [InlineData("timeout=1", 0.4, 1)]
    [InlineData("timeout=1", 0.6, 3)]
    [InlineData("timeout=0", 0, 3)]
    [InlineData("timeout=4294967295", 59, 1)]
    [InlineData("timeout=soon", 59, 1)]
    [InlineData("timeout", 61, 3)]
    public async Task A_connection_is_used_for_as_long_as_the_service_keeps_it(string keepAlive, double seconds, int expected)
    {
        var clock = new VirtualClock();
        var connections = await ConnectionsAsync($"HTTP/1.1 200 OK\r\nKeep-Alive: {keepAlive}\r\nContent-Length: 2\r\n\r\nok", clock, TimeSpan.FromSeconds(seconds));

        Assert.Equal(expected, connections);
    }

    [Fact]
    public async Task A_busy_connection_is_made_anew_after_ten_minutes() =>
        Assert.Equal(2, await ConnectionsAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", new VirtualClock(), TimeSpan.FromSeconds(50), requests: 20));

    [Fact]
    public async Task A_connection_that_was_ended_while_it_waited_is_not_used()
    {
        var clock = new VirtualClock();
        using var server = new RawServer(RawServer.ReadHeadAsync);
        using var connection = await ConnectAsync(server, clock);
        Assert.True(connection.IsUsable(TimeSpan.MaxValue));
        connection.Abort();
        Assert.False(connection.IsUsable(TimeSpan.MaxValue));
    }

    [Fact]
    public async Task Nobody_ends_a_connection_whose_answer_ends_while_its_silence_is_measured()
    {
        var clock = new SteppedClock();
        using var server = new RawServer(RawServer.ReadHeadAsync);
        using var connection = await ConnectAsync(server, clock);
        var silence = connection.Silence;
        var writer = PipeWriter.Create(Stream.Null);
        silence.Start(TimeSpan.FromSeconds(30), writer);
        clock.Now = TimeSpan.FromSeconds(20);
        silence.Progressed();

        // The answer ends while the timer looks at the clock, and sees that time is left.
        clock.Now = TimeSpan.FromSeconds(30);
        clock.Then = silence.Stop;
        clock.Fire();
        clock.Now = TimeSpan.FromSeconds(51);
        clock.Fire();
        Assert.False(connection.IsAborted);

        // It ends while the timer sees that none is left, and the next one has begun.
        silence.Start(TimeSpan.FromSeconds(30), writer);
        clock.Now = TimeSpan.FromSeconds(90);
        clock.Then = () =>
        {
            silence.Stop();
            silence.Start(TimeSpan.FromSeconds(30), writer);
        };
        clock.Fire();
        Assert.False(connection.IsAborted);

        // And where nothing ends, silence does.
        clock.Now = TimeSpan.FromSeconds(121);
        clock.Fire();
        Assert.True(connection.IsAborted);
        Assert.True(silence.Struck);
    }

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
    private static async Task<int> ConnectionsAsync(string answer, VirtualClock? clock = null, TimeSpan between = default, int requests = 3)
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
        await using var gateway = await Gateway.StartAsync(
            "routes: [{ path: '/{**rest}', service: backend }]", services => services.AddSingleton<TimeProvider>(clock ?? new VirtualClock()), ("backend", [server.Address]));
        for (var request = 0; request < requests; request++)
        {
            using var response = await gateway.Client.GetAsync("/x", Token);
            Assert.NotEqual(HttpStatusCode.BadGateway, response.StatusCode);
            clock?.Advance(between);
        }

        return connections;
    }

    private static async Task<Http1Connection> ConnectAsync(RawServer server, TimeProvider clock)
    {
        var address = new Uri(server.Address);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port);
        return new Http1Connection(socket, null, new Http1Pool("127.0.0.1", 1, null, clock), clock);
    }

    /// <summary>Time as the test says, and something that happens while somebody looks at it.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private Action fire = () => { };

        public TimeSpan Now { get; set; }

        public Action? Then { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Fire() => fire();

        public override long GetTimestamp()
        {
            var now = Now.Ticks;
            var then = Then;
            Then = null;
            then?.Invoke();
            return now;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            fire = () => callback(state);
            return new NoTimer();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
