using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Resilience.FaultInjection;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.FaultInjection;

public sealed class FaultMiddlewareTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(503, false, 503)]
    [InlineData(429, true, 429)]
    [InlineData(null, true, 500)]
    public async Task A_request_is_answered_with_the_problem_and_the_status(int? status, bool error, int expected)
    {
        await using var server = await FaultServer.StartAsync();
        server.Faults.Set(new FaultRule("game-day") { Status = status, Error = error, Path = "/api/stock" });

        using var answer = await server.Http.GetAsync("/api/stock/7", Token);
        Assert.Equal((HttpStatusCode)expected, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal("urn:portolan:problem:fault-injected", problem.GetProperty("type").GetString());
        Assert.Equal(expected, problem.GetProperty("status").GetInt32());
        Assert.Equal("Fault game-day was injected on purpose.", problem.GetProperty("detail").GetString());
        Assert.Equal("fine", await server.Http.GetStringAsync("/api/orders", Token));
    }

    [Fact]
    public async Task A_broken_connection_gives_no_answer()
    {
        await using var server = await FaultServer.StartAsync();
        server.Faults.Set(new FaultRule("game-day") { Abort = true });
        await Assert.ThrowsAsync<HttpRequestException>(() => server.Http.GetAsync("/", Token));
        server.Faults.Clear();
        Assert.Equal("fine", await server.Http.GetStringAsync("/", Token));
    }

    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/healthz")]
    [InlineData("/ready")]
    [InlineData("/actuator/health")]
    [InlineData("/Metrics")]
    [InlineData("/portolan/faults")]
    public async Task Health_metrics_and_operators_are_never_hit(string path)
    {
        await using var server = await FaultServer.StartAsync();
        server.Faults.Set(new FaultRule("game-day") { Status = 503 });
        using var spared = await server.Http.GetAsync(path, Token);
        using var hit = await server.Http.GetAsync("/healthy", Token);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (spared.StatusCode, hit.StatusCode));
    }

    [Fact]
    public async Task A_request_is_held_up_for_exactly_the_latency_and_goes_on()
    {
        var (clock, run) = Chain(new FaultRule("slow") { Latency = TimeSpan.FromSeconds(2) }, out var reached);
        var running = run(new DefaultHttpContext { Request = { Path = "/api" } });
        clock.Advance(TimeSpan.FromSeconds(1.999));
        Assert.False(running.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.001));
        await running;
        Assert.Equal(1, reached[0]);
    }

    [Fact]
    public async Task Who_leaves_while_being_held_up_does_not_reach_the_service()
    {
        var (_, run) = Chain(new FaultRule("slow") { Latency = TimeSpan.FromSeconds(2) }, out var reached);
        using var left = new CancellationTokenSource();
        var running = run(new DefaultHttpContext { Request = { Path = "/api" }, RequestAborted = left.Token });
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal(0, reached[0]);
    }

    [Fact]
    public void While_nothing_is_set_nothing_is_allocated()
    {
        var (_, run) = Chain(null, out _);
        var context = new DefaultHttpContext { Request = { Path = "/api" } };
        Assert.Equal(0, Allocated.By(() =>
        {
            for (var call = 0; call < 1_000; call++)
            {
                Assert.True(run(context).IsCompleted);
            }
        }));
    }

    private static (VirtualClock Clock, RequestDelegate Run) Chain(FaultRule? rule, out int[] reached)
    {
        var clock = new VirtualClock();
        var faults = new Faults(clock, new GivenRandom());
        if (rule is not null)
        {
            faults.Set(rule);
        }

        var count = reached = [0];
        var app = new ApplicationBuilder(new ServiceCollection().BuildServiceProvider());
        app.UseFaultInjection(faults);
        app.Run(_ =>
        {
            count[0]++;
            return Task.CompletedTask;
        });
        return (clock, app.Build());
    }
}
