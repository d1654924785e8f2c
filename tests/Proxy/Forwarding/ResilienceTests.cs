using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Resilience.Breakers;

namespace Portolan.Proxy.Tests.Forwarding;

public sealed class ResilienceTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_circuit_of_a_failing_instance_opens_and_the_others_carry_on()
    {
        var failed = 0;
        await using var failing = await Upstream.StartAsync(context =>
        {
            Interlocked.Increment(ref failed);
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var sound = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(failing.Address, sound.Address);
        var answers = new List<HttpStatusCode>();
        for (var call = 0; call < 20; call++)
        {
            using var answer = await gateway.Client.GetAsync("/x", Token);
            answers.Add(answer.StatusCode);
        }

        // A proxy repeats nothing that arrived: the failures are passed on, until the circuit opens.
        Assert.Equal(5, failed);
        Assert.Equal(15, answers.Count(status => status == HttpStatusCode.OK));
        using var breakers = JsonDocument.Parse(await gateway.Client.GetStringAsync("/portolan/breakers", Token));
        Assert.Contains(breakers.RootElement.GetProperty("breakers").EnumerateArray(), breaker =>
            breaker.GetProperty("name").GetString() == $"backend/{new Uri(failing.Address).Authority}" && breaker.GetProperty("state").GetString() == "open");
    }

    [Fact]
    public async Task With_its_only_circuit_open_a_service_is_answered_for_at_once()
    {
        await using var failing = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var gateway = await Gateway.InFrontOfAsync(failing.Address);
        for (var call = 0; call < 5; call++)
        {
            (await gateway.Client.GetAsync("/x", Token)).Dispose();
        }

        using var refused = await gateway.Client.GetAsync("/x", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("urn:portolan:problem:circuit-open", await refused.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task The_only_instance_is_tried_once_for_a_request_and_one_failure_opens_no_circuit()
    {
        var gone = RawServer.NobodyThere();
        await using var gateway = await Gateway.InFrontOfAsync(gone);
        for (var call = 1; call <= 5; call++)
        {
            using var answer = await gateway.Client.GetAsync("/x", Token);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal(call < 5 ? BreakerState.Closed : BreakerState.Open, gateway.Part<CircuitBreakers>().Find($"backend/{new Uri(gone).Authority}")!.State);
        }
    }

    [Fact]
    public async Task What_the_client_waits_for_goes_on_and_the_times_come_back()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x");
        request.Headers.Add("X-Request-Timeout", "20000");

        using var answer = await gateway.Client.SendAsync(request, Token);

        var sent = (await answer.Content.ReadAsStringAsync(Token)).Split('\n').Single(line => line.StartsWith("X-Request-Timeout: ", StringComparison.Ordinal));
        Assert.InRange(int.Parse(sent.Split(' ')[1]), 1, 20_000);
        Assert.True(int.Parse(Assert.Single(answer.Headers.GetValues("X-Backend-Duration"))) >= 0);
        Assert.True(int.Parse(Assert.Single(answer.Headers.GetValues("X-Response-Time"))) >= 0);
    }

    [Fact]
    public async Task A_client_that_waits_no_longer_gets_its_answer_by_then()
    {
        await using var stalling = await Upstream.StartAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        await using var gateway = await Gateway.InFrontOfAsync(stalling.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x");
        request.Headers.Add("X-Request-Timeout", "100");

        using var answer = await gateway.Client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
    }
}
