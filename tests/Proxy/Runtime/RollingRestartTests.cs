using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Runtime;

public sealed class RollingRestartTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Services_that_restart_one_after_the_other_drop_no_request()
    {
        var services = new[] { await StartAsync(0), await StartAsync(0), await StartAsync(0) };
        await using var gateway = await Gateway.InFrontOfAsync([.. services.Select(service => service.Address)]);
        using var over = new CancellationTokenSource();
        using var answered = new SemaphoreSlim(0);
        var answers = new ConcurrentBag<HttpStatusCode>();
        var load = Enumerable.Range(0, 8).Select(_ => AskAsync(gateway, answers, answered, over.Token)).ToArray();
        for (var round = 0; round < 2; round++)
        {
            for (var index = 0; index < services.Length; index++)
            {
                var port = new Uri(services[index].Address).Port;
                await services[index].StopAsync();
                await services[index].DisposeAsync();
                await AnsweredAsync(answered, 50);
                services[index] = await StartAsync(port);
                await AnsweredAsync(answered, 50);
            }
        }

        await over.CancelAsync();
        await Task.WhenAll(load);
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
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
        await using var one = await StartAsync(0);
        await using var two = await StartAsync(0);
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

    private static Task<Upstream> StartAsync(int port) => Upstream.StartAsync(_ => { }, context => context.Response.WriteAsync("ok"), port: port);

    private static async Task AskAsync(Gateway gateway, ConcurrentBag<HttpStatusCode> answers, SemaphoreSlim answered, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            using var answer = await gateway.Client.GetAsync("/x", Token);
            answers.Add(answer.StatusCode);
            answered.Release();
        }
    }

    private static async Task AnsweredAsync(SemaphoreSlim answered, int times)
    {
        for (var count = 0; count < times; count++)
        {
            Assert.True(await answered.WaitAsync(TimeSpan.FromSeconds(20), Token));
        }
    }
}
