using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Testing;

namespace Portolan.Proxy.Tests.AccessLogs;

public sealed class AccessLogTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly LineLog log = new();

    [Fact]
    public async Task A_request_is_one_line_with_what_became_of_it()
    {
        await using var backend = await Upstream.StartAsync(async context =>
        {
            await context.Response.WriteAsync("12345");
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync("6");
        });
        await using var gateway = await StartAsync("accessLog: true", backend);
        await gateway.Client.GetStringAsync("/x?secret=1", Token);
        await gateway.Client.GetStringAsync("/health/live", Token);
        using var unknown = await gateway.Client.GetAsync("/unknown", Token);

        var line = await log.NextAsync();
        Assert.Equal(
            ("GET", "/x", 200, 6L, "/x", "backend", new Uri(backend.Address).Authority, "127.0.0.1", "HTTP/1.1", false),
            (line["Method"], line["Path"], line["Status"], line["Bytes"], line["Route"], line["Service"], line["Instance"], line["Client"], line["Protocol"], line["ClientLeft"]));
        Assert.InRange((double)line["BackendDuration"]!, 0, (double)line["Duration"]!);

        var other = await log.NextAsync();
        Assert.Equal(("/unknown", 404, null, null), (other["Path"], other["Status"], other["Route"], other["Service"]));
        Assert.Equal(unknown.Content.Headers.ContentLength, other["Bytes"]);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task Of_a_share_of_none_errors_and_slow_requests_are_logged_all_the_same()
    {
        var clock = new VirtualClock();
        await using var backend = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/fails" ? 500 : 200;
            if (context.Request.Path == "/slow")
            {
                clock.Advance(TimeSpan.FromSeconds(2));
            }

            return Task.CompletedTask;
        });
        await using var gateway = await StartAsync("accessLog: { share: 0%, slow: 2s, query: true }", backend, clock);
        foreach (var target in new[] { "/fast", "/fails", "/fast", "/slow?a=1" })
        {
            (await gateway.Client.GetAsync(target, Token)).Dispose();
        }

        Assert.Equal("/fails", (await log.NextAsync())["Path"]);
        Assert.Equal("/slow?a=1", (await log.NextAsync())["Path"]);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task A_client_that_left_is_logged_as_such()
    {
        var asked = new TaskCompletionSource();
        await using var backend = await Upstream.StartAsync(async context =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        await using var gateway = await StartAsync("accessLog: { share: 0 }", backend);
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port, Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes("GET /x HTTP/1.1\r\nHost: x\r\n\r\n"), Token);
            await asked.Task;
            socket.LingerState = new LingerOption(true, 0);
        }

        var line = await log.NextAsync();
        Assert.Equal((499, true), (line["Status"], line["ClientLeft"]));
    }

    [Fact]
    public async Task Off_it_logs_nothing_and_can_be_switched_on()
    {
        await using var backend = await Upstream.StartEchoAsync();
        await using var gateway = await StartAsync("accessLog: false", backend);
        await gateway.Client.GetStringAsync("/x", Token);
        Assert.Empty(log.Lines);

        gateway.Apply("accessLog: true\n" + Routes);
        await gateway.Client.GetStringAsync("/x", Token);
        Assert.Equal("/x", (await log.NextAsync())["Path"]);
    }

    [Theory]
    [InlineData("{ share: 2 }", "expected a share")]
    [InlineData("{ slow: 0 }", "must be longer than nothing")]
    public void What_is_wrong_with_the_log_is_told(string text, string expected) => Assert.Contains(expected, ConfigText.ProblemsOf($"accessLog: {text}\n{Routes}"));

    private const string Routes = "routes: [{ path: /x, service: backend }, { path: /fast, service: backend }, { path: /fails, service: backend }, { path: /slow, service: backend }]";

    public void Dispose() => log.Dispose();

    private Task<Gateway> StartAsync(string yaml, Upstream backend, TimeProvider? clock = null) => Gateway.StartAsync(
        yaml + "\n" + Routes,
        services =>
        {
            services.AddSingleton<ILoggerProvider>(log);
            services.AddSingleton(clock ?? TimeProvider.System);
        },
        ("backend", [backend.Address]));

    private sealed class LineLog : ILoggerProvider, ILogger
    {
        private readonly SemaphoreSlim written = new(0);

        public ConcurrentQueue<Dictionary<string, object?>> Lines { get; } = [];

        /// <summary>A line is written when the client may already have its answer.</summary>
        public async Task<Dictionary<string, object?>> NextAsync()
        {
            Assert.True(await written.WaitAsync(TimeSpan.FromSeconds(20), Token), "no line came");
            Assert.True(Lines.TryDequeue(out var line));
            return line;
        }

        public ILogger CreateLogger(string categoryName) =>
            categoryName == "Portolan.Access" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Lines.Enqueue(((IEnumerable<KeyValuePair<string, object?>>)state!).ToDictionary());
            written.Release();
        }

        public void Dispose() => written.Dispose();
    }
}
