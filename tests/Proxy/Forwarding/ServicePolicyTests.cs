using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Forwarding;

/// <summary>What the section <c>services</c> says of how a service is called.</summary>
public sealed class ServicePolicyTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", 1, 1)]
    [InlineData("GET", 2, 2)]
    [InlineData("GET", 3, 3)]
    [InlineData("POST", 3, 1)]
    public async Task A_service_that_fails_is_asked_as_often_as_it_may_be(string method, int attempts, int asked)
    {
        var requests = 0;
        await using var service = await Upstream.StartAsync(context =>
        {
            Interlocked.Increment(ref requests);
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var gateway = await StartAsync($"attempts: {attempts}", service.Address);
        using var response = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/x"), Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(asked, requests);
    }

    [Fact]
    public async Task A_route_may_have_attempts_and_a_time_of_its_own()
    {
        var requests = 0;
        await using var service = await Upstream.StartAsync(async context =>
        {
            Interlocked.Increment(ref requests);
            await Task.Delay(context.Request.Path == "/slow" ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, TimeProvider.System, context.RequestAborted);
            context.Response.StatusCode = 503;
        });
        await using var gateway = await Gateway.StartAsync(
            "routes: [{ path: /slow, service: backend, timeout: 50ms }, { path: /often, service: backend, attempts: 3 }, { path: /x, service: backend }]", ("backend", [service.Address]));
        foreach (var (path, status, asked) in ((string, HttpStatusCode, int)[])[("/x", HttpStatusCode.ServiceUnavailable, 1), ("/often", HttpStatusCode.ServiceUnavailable, 3), ("/slow", HttpStatusCode.GatewayTimeout, 1)])
        {
            requests = 0;
            using var answer = await gateway.Client.GetAsync(path, Token);
            Assert.Equal((path, status, asked), (path, answer.StatusCode, requests));
        }

        Assert.Contains("attempts", ConfigText.ProblemsOf("routes: [{ path: /x, attempts: 11, service: backend }]"));
        Assert.Contains("a part has a 'timeout'", ConfigText.ProblemsOf("routes: [{ path: /x, timeout: 1s, compose: { a: { service: backend, path: /a } } }]"));
    }

    [Fact]
    public async Task More_at_once_than_the_service_takes_are_refused()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await Upstream.StartAsync(async context =>
        {
            entered.TrySetResult();
            await go.Task;
            await context.Response.WriteAsync("ok");
        });
        await using var gateway = await StartAsync("concurrency: 1, queue: 0", service.Address);
        var first = gateway.Client.GetStringAsync("/x", Token);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);

        using (var second = await gateway.Client.GetAsync("/x", Token))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
            Assert.Contains("bulkhead-full", await second.Content.ReadAsStringAsync(Token));
        }

        go.SetResult();
        Assert.Equal("ok", await first);
        Assert.Equal("ok", await gateway.Client.GetStringAsync("/x", Token));
    }

    [Theory]
    [InlineData("hedge: 50ms")]
    [InlineData("hedge: 50ms, protocol: framework")]
    public async Task A_request_that_takes_long_is_sent_to_another_instance_too(string policy)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = await Upstream.StartAsync(async context =>
        {
            if (context.Request.Path == "/slow")
            {
                using var registration = context.RequestAborted.Register(() => left.TrySetResult());
                await left.Task;
            }

            await context.Response.WriteAsync(context.Request.Path);
        });
        await using var sound = await Upstream.StartAsync(context => context.Response.WriteAsync(context.Request.Path));
        await using var gateway = await StartAsync(policy, slow.Address, sound.Address);

        // Instances take turns: one of two comes to the slow one first.
        Assert.Equal("/slow", await gateway.Client.GetStringAsync("/slow", Token));
        Assert.Equal("/slow", await gateway.Client.GetStringAsync("/slow", Token));
        await left.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        for (var request = 0; request < 50; request++)
        {
            Assert.Equal($"/{request}", await gateway.Client.GetStringAsync($"/{request}", Token));
        }
    }

    [Fact]
    public async Task What_must_not_happen_twice_is_not_hedged()
    {
        var requests = 0;
        async Task AnswerAsync(HttpContext context)
        {
            Interlocked.Increment(ref requests);
            await Task.Delay(300, Token);
            await context.Response.WriteAsync("ok");
        }

        await using var one = await Upstream.StartAsync(AnswerAsync);
        await using var two = await Upstream.StartAsync(AnswerAsync);
        await using var gateway = await StartAsync("hedge: 10ms", one.Address, two.Address);
        using var response = await gateway.Client.PostAsync("/x", new StringContent("body"), Token);
        Assert.Equal("ok", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal(1, requests);
    }

    [Theory]
    [InlineData("hedge: soon", "expected a time like")]
    [InlineData("hedge: p20", "'hedge' must be from p50 to p100; found 'p20'.")]
    [InlineData("hedge: pfast", "expected a time like 200ms, or p95")]
    [InlineData("concurrency: 0", "from 1 to 1000000")]
    public void A_mistake_is_told_with_its_line(string policy, string expected)
    {
        var problems = ConfigText.ProblemsOf($"services:\n  backend: {{ {policy} }}\nroutes: []");
        Assert.Contains("gateway.yaml:2", problems);
        Assert.Contains(expected, problems);
    }

    private static Task<Gateway> StartAsync(string policy, params string[] addresses) =>
        Gateway.StartAsync($"services: {{ backend: {{ {policy} }} }}\nroutes: [{{ path: '/{{**rest}}', service: backend }}]", ("backend", addresses));
}
