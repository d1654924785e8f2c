using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Runtime;

public sealed class RollingRestartTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Services_that_restart_one_after_the_other_drop_no_request()
    {
        var services = new[] { await StartAsync("0"), await StartAsync("1"), await StartAsync("2") };
        await using var gateway = await Gateway.StartAsync(
            "services: { backend: { staysOpen: 100ms } }\nroutes: [{ path: '/{**rest}', service: backend }]",
            ("backend", [.. services.Select(service => service.Address)]));
        using var over = new CancellationTokenSource();
        var answers = new Answers();
        var load = Enumerable.Range(0, 8).Select(_ => AskAsync(gateway, answers, over.Token)).ToArray();
        for (var restart = 0; restart < 9; restart++)
        {
            // As it is done by hand: the next one goes when the last one is back at work.
            var index = restart % services.Length;
            var port = new Uri(services[index].Address).Port;
            await services[index].StopAsync();
            await services[index].DisposeAsync();
            await answers.MoreAsync(50);
            services[index] = await StartAsync($"again {restart}", port);
            await answers.OfAsync($"again {restart}");
        }

        await over.CancelAsync();
        await Task.WhenAll(load);
        Assert.Empty(answers.Failures);
        foreach (var service in services)
        {
            await service.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_service_that_dies_takes_only_what_was_under_way_with_it()
    {
        using var dying = new RawServer(async socket =>
        {
            // Answers five times a connection, and is dead within the sixth request.
            for (var request = 0; request < 5 && (await RawServer.ReadHeadAsync(socket)).Length > 0; request++)
            {
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
            }

            await RawServer.ReadHeadAsync(socket);
        });
        await using var one = await StartAsync("ok");
        await using var two = await StartAsync("ok");
        await using var gateway = await Gateway.StartAsync(
            "services: { backend: { attempts: 3 } }\nroutes: [{ path: '/{**rest}', service: backend }]", ("backend", [dying.Address, one.Address, two.Address]));
        for (var request = 0; request < 100; request++)
        {
            // What can be repeated is, so that nobody notices.
            Assert.Equal("ok", await gateway.Client.GetStringAsync("/x", Token));
        }
    }

    [Fact]
    public async Task A_gateway_that_stops_asks_its_clients_to_leave_and_finishes_what_runs()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await Upstream.StartAsync(async context =>
        {
            if (context.Request.Path == "/slow")
            {
                entered.SetResult();
                await go.Task;
            }

            await context.Response.WriteAsync("ok");
        });
        await using var gateway = await Gateway.InFrontOfAsync(service.Address);
        var slow = gateway.Client.GetAsync("/slow", Token);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        var stopping = gateway.StopAsync();

        using (var ready = await gateway.Client.GetAsync("/health/ready", Token))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        }

        using (var last = await gateway.Client.GetAsync("/x", Token))
        {
            Assert.True(last.Headers.ConnectionClose);
            Assert.Equal("ok", await last.Content.ReadAsStringAsync(Token));
        }

        go.SetResult();
        using var answer = await slow;
        Assert.Equal("ok", await answer.Content.ReadAsStringAsync(Token));
        await stopping.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    private static Task<Upstream> StartAsync(string answer, int port = 0) =>
        Upstream.StartAsync(_ => { }, context => context.Response.WriteAsync(answer), port: port);

    private static async Task AskAsync(Gateway gateway, Answers answers, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            using var answer = await gateway.Client.GetAsync("/x", Token);
            answers.Add(answer.StatusCode, await answer.Content.ReadAsStringAsync(Token));
        }
    }

    private sealed class Answers
    {
        private readonly ConcurrentDictionary<string, int> seen = new();
        private readonly Channel<bool> given = Channel.CreateUnbounded<bool>();

        public ConcurrentBag<string> Failures { get; } = [];

        public void Add(HttpStatusCode status, string body)
        {
            seen.AddOrUpdate(body, 1, (_, count) => count + 1);
            if (status != HttpStatusCode.OK)
            {
                Failures.Add($"{(int)status} {body}");
            }

            given.Writer.TryWrite(true);
        }

        public async Task MoreAsync(int times)
        {
            for (var count = 0; count < times; count++)
            {
                await given.Reader.ReadAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(20), Token);
            }
        }

        public async Task OfAsync(string body)
        {
            while (!seen.ContainsKey(body))
            {
                await MoreAsync(1);
            }
        }
    }
}
