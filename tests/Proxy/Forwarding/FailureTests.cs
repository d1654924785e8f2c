using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Forwarding;

public sealed class FailureTests
{
    [Fact]
    public async Task A_POST_goes_to_another_instance_when_one_does_not_accept_connections()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(RawServer.NobodyThere(), echo.Address, RawServer.NobodyThere());
        for (var round = 0; round < 6; round++)
        {
            using var response = await gateway.Client.PostAsync("/x", new StringContent($"body {round}", Encoding.UTF8, "text/plain"));
            var seen = await response.Content.ReadAsStringAsync();

            Assert.True(HttpStatusCode.OK == response.StatusCode, $"round {round}: {seen}");
            Assert.EndsWith($"\n\nbody {round}", seen);
            Assert.Contains("Content-Type: text/plain; charset=utf-8\n", seen);
        }
    }

    [Fact]
    public async Task A_service_that_nobody_knows_is_logged_with_what_to_write_in_the_file()
    {
        using var log = new Lines();
        await using var gateway = await Gateway.StartAsync(
            "routes: [{ path: /x, service: gnoe }]", services => services.AddSingleton<ILoggerProvider>(log));

        using var response = await gateway.Client.GetAsync("/x");

        Assert.Equal(
            "Request to gnoe failed with no-instance: No instance of 'gnoe' is registered. Start one, check 'portolan registry show gnoe', "
            + "or give it addresses in the gateway's file: services: { gnoe: { addresses: [127.0.0.1:5001] } }.",
            log.Written.Single(line => line.StartsWith("Request to", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Instances_take_turns()
    {
        await using var one = await Upstream.StartEchoAsync();
        await using var two = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(one.Address, two.Address);
        var answers = new List<string>();
        for (var round = 0; round < 4; round++)
        {
            answers.Add((await gateway.Client.GetStringAsync("/x")).Split('\n').Single(line => line.StartsWith("Host:", StringComparison.Ordinal)));
        }

        Assert.Equal(2, answers.Distinct().Count());
        Assert.Equal(answers[0], answers[2]);
        Assert.Equal(answers[1], answers[3]);
    }

    [Fact]
    public async Task No_instance_is_503_that_asks_to_come_back()
    {
        await using var gateway = await Gateway.InFrontOfAsync();
        await AssertProblemAsync(gateway, 503, "no-instance", retry: true);
    }

    [Fact]
    public async Task No_instance_that_accepts_connections_is_503_too()
    {
        await using var gateway = await Gateway.InFrontOfAsync(RawServer.NobodyThere(), RawServer.NobodyThere());
        await AssertProblemAsync(gateway, 503, "service-unreachable", retry: true);
    }

    [Fact]
    public async Task A_service_that_breaks_off_before_it_answers_is_502_and_asked_once()
    {
        var asked = 0;
        using var server = new RawServer(async socket =>
        {
            await RawServer.ReadHeadAsync(socket);
            Interlocked.Increment(ref asked);
        });
        await using var gateway = await Gateway.InFrontOfAsync(server.Address, server.Address);
        using var response = await gateway.Client.PostAsync("/x", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("http1")]
    [InlineData("framework")]
    public async Task A_request_that_may_be_repeated_goes_to_another_instance_when_its_connection_breaks_off(string protocol)
    {
        var asked = 0;
        using var dying = new RawServer(async socket =>
        {
            await RawServer.ReadHeadAsync(socket);
            Interlocked.Increment(ref asked);
        });
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.StartAsync(
            $"services: {{ backend: {{ protocol: {protocol} }} }}\nroutes: [{{ path: '/{{**rest}}', service: backend }}]", ("backend", [dying.Address, echo.Address]));
        for (var round = 0; round < 8; round++)
        {
            Assert.StartsWith($"GET /{round}", await gateway.Client.GetStringAsync($"/{round}"));
        }

        // .NET's own client tries the same instance again, up to three times.
        Assert.InRange(asked, 1, protocol == "http1" ? 8 : 32);
    }

    [Fact]
    public async Task A_request_that_kills_who_takes_it_kills_two_and_no_more()
    {
        var asked = 0;
        async Task DieAsync(Socket socket)
        {
            await RawServer.ReadHeadAsync(socket);
            Interlocked.Increment(ref asked);
        }

        using var one = new RawServer(DieAsync);
        using var two = new RawServer(DieAsync);
        using var three = new RawServer(DieAsync);
        await using var gateway = await Gateway.InFrontOfAsync(one.Address, two.Address, three.Address);
        await AssertProblemAsync(gateway, 502, "bad-gateway", retry: false);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task An_answer_that_is_no_HTTP_is_502()
    {
        using var server = new RawServer(RawServer.Answering("SSH-2.0-OpenSSH_9.2\r\n\r\n"));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        await AssertProblemAsync(gateway, 502, "bad-gateway", retry: false);
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    public async Task An_answer_that_must_not_be_passed_on_is_502(string answer)
    {
        using var server = new RawServer(RawServer.Answering(answer));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);
        await AssertProblemAsync(gateway, 502, "bad-gateway", retry: false);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_in_time_is_504()
    {
        using var server = new RawServer(async socket =>
        {
            await RawServer.ReadHeadAsync(socket);
            await RawServer.ReadHeadAsync(socket);
        });
        await using var gateway = await Gateway.StartAsync(
            new GatewayConfig { Timeout = TimeSpan.FromMilliseconds(100), Routes = [new RouteConfig { Path = "/{**rest}", Service = "backend" }] },
            ("backend", [server.Address]));
        await AssertProblemAsync(gateway, 504, "gateway-timeout", retry: false);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\nzz\r\n")]
    public async Task An_answer_cut_short_never_looks_whole(string answer)
    {
        using var server = new RawServer(RawServer.Answering(answer));
        await using var gateway = await Gateway.InFrontOfAsync(server.Address);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.Client.GetStringAsync("/x"));
    }

    [Fact]
    public async Task A_service_that_falls_silent_within_its_answer_is_given_up()
    {
        using var server = new RawServer(async socket =>
        {
            await RawServer.ReadHeadAsync(socket);
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"u8.ToArray());
            await RawServer.ReadHeadAsync(socket);
        });
        await using var gateway = await Gateway.StartAsync(
            new GatewayConfig { Timeout = TimeSpan.FromMilliseconds(150), Routes = [new RouteConfig { Path = "/{**rest}", Service = "backend" }] },
            ("backend", [server.Address]));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.Client.GetStringAsync("/x"));
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_request_to_the_service()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await Upstream.StartAsync(async context =>
        {
            context.RequestAborted.Register(ended.SetResult);
            entered.SetResult();
            await ended.Task;
        });
        await using var gateway = await Gateway.InFrontOfAsync(upstream.Address);
        using var leaving = new CancellationTokenSource();
        var request = gateway.Client.GetAsync("/x", leaving.Token);
        await entered.Task;
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private static async Task AssertProblemAsync(Gateway gateway, int status, string name, bool retry)
    {
        using var response = await gateway.Client.GetAsync("/x");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("urn:portolan:problem:" + name, problem.GetProperty("type").GetString());
        Assert.Contains("'backend'", problem.GetProperty("detail").GetString());
        Assert.Equal(retry ? TimeSpan.FromSeconds(1) : null, response.Headers.RetryAfter?.Delta);
        Assert.True(response.Headers.Contains("X-Request-ID"));
        Assert.True(response.Headers.Contains("X-Correlation-ID"));
        Assert.True(response.Headers.Contains("X-Trace-ID"));
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
