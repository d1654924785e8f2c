using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Core.Deadlines;
using Portolan.Discovery.Http;
using Portolan.Resilience;
using Portolan.Resilience.Breakers;
using Portolan.Resilience.Bulkheads;
using Portolan.Resilience.Hedging;
using Portolan.Resilience.Http;
using Portolan.Resilience.Retry;

namespace Portolan.Discovery.Tests.Http;

/// <summary>The chain around a call by name, against servers that misbehave in every way.</summary>
public sealed class ServiceResilienceTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private static readonly ServiceClientOptions Quick = new()
    {
        AttemptTimeout = TimeSpan.FromSeconds(20),
        Retry = new RetryOptions { BaseDelay = TimeSpan.FromMilliseconds(1), FailoverAtOnce = true },
    };

    [Theory]
    [InlineData("503")]
    [InlineData("500")]
    [InlineData("408")]
    [InlineData("429 0")]
    [InlineData("reset")]
    [InlineData("truncate")]
    public async Task A_request_that_may_be_repeated_is(string failure)
    {
        await using var service = await ScriptedService.StartAsync("ok", failure, failure);
        await using var system = Calling(Quick, service);

        Assert.Equal("done", await system.Http.GetStringAsync("/stock", Token));
        Assert.Equal(3, service.Requests);
    }

    [Theory]
    [InlineData("404")]
    [InlineData("422")]
    [InlineData("429 3600")]
    public async Task An_answer_that_repeating_would_not_change_is_given_at_once(string answer)
    {
        await using var service = await ScriptedService.StartAsync(answer);
        await using var system = Calling(Quick, service);

        using var response = await system.Http.GetAsync("/stock", Token);
        Assert.Equal(int.Parse(answer.Split(' ')[0]), (int)response.StatusCode);
        Assert.Equal(answer, await response.Content.ReadAsStringAsync(Token));
        Assert.Equal(1, service.Requests);
    }

    [Fact]
    public async Task The_last_failure_is_what_the_caller_gets_when_all_attempts_failed()
    {
        await using var service = await ScriptedService.StartAsync("503");
        await using var system = Calling(Quick, service);

        using var response = await system.Http.GetAsync("/stock", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("503", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal(3, service.Requests);
    }

    [Fact]
    public async Task A_command_is_repeated_only_with_a_key_and_then_with_its_body()
    {
        await using var service = await ScriptedService.StartAsync("ok", "503", "503");
        await using var system = Calling(Quick, service);

        using var once = await system.Http.PostAsync("/reserve", new StringContent("3 pieces"), Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, once.StatusCode);
        Assert.Equal(1, service.Requests);

        using var keyed = new HttpRequestMessage(HttpMethod.Post, "/reserve") { Content = new StringContent("4 pieces") };
        keyed.Headers.Add("Idempotency-Key", "k-1");
        using var repeated = await system.Http.SendAsync(keyed, Token);
        Assert.Equal(HttpStatusCode.OK, repeated.StatusCode);
        Assert.Equal(["3 pieces", "4 pieces", "4 pieces"], service.Bodies);
    }

    [Fact]
    public async Task A_body_that_cannot_be_sent_twice_is_sent_once()
    {
        await using var service = await ScriptedService.StartAsync("503");
        await using var system = Calling(Quick, service);
        using var stream = new OneWayStream(new byte[200_000]);

        using var response = await system.Http.PutAsync("/upload", new StreamContent(stream), Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(200_000, Assert.Single(service.Bodies).Length);
    }

    [Fact]
    public async Task An_instance_that_stalls_is_left_for_another()
    {
        await using var stalling = await ScriptedService.StartAsync("stall");
        await using var quick = await ScriptedService.StartAsync("ok");
        await using var system = Calling(Quick with { AttemptTimeout = TimeSpan.FromSeconds(2) }, stalling, quick);

        // Round robin: one of two calls meets the one that stalls first.
        Assert.Equal("done", await system.Http.GetStringAsync("/stock", Token));
        Assert.Equal("done", await system.Http.GetStringAsync("/stock", Token));
        Assert.Equal(1, stalling.Requests);
    }

    [Fact]
    public async Task With_hedging_an_instance_that_takes_long_is_not_waited_for()
    {
        await using var stalling = await ScriptedService.StartAsync("stall");
        await using var sound = await ScriptedService.StartAsync("ok");
        await using var system = Calling(Quick with { Hedging = new HedgingOptions { Delay = TimeSpan.FromMilliseconds(20), Percentile = null } }, stalling, sound);
        for (var call = 0; call < 4; call++)
        {
            Assert.Equal("done", await system.Http.GetStringAsync("/stock", Token));
        }

        Assert.InRange(stalling.Requests, 1, 4);
    }

    [Fact]
    public async Task With_a_bulkhead_so_many_calls_wait_at_once_and_no_more()
    {
        await using var stalling = await ScriptedService.StartAsync("stall");
        await using var system = Calling(Quick with { Bulkhead = new BulkheadOptions { Concurrency = 1, QueueLength = 0 } }, stalling);
        using var leaving = new CancellationTokenSource();
        var first = system.Http.GetAsync("/stock", leaving.Token);
        while (stalling.Requests == 0)
        {
            await Task.Yield();
        }

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => system.Http.GetAsync("/stock", Token));
        Assert.Equal(RejectionKind.BulkheadFull, HttpOutcomes.FindRejection(error)!.Kind);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task A_call_that_stalls_for_good_ends_as_a_time_out_that_says_so()
    {
        await using var stalling = await ScriptedService.StartAsync("stall");
        await using var system = Calling(Quick with { AttemptTimeout = TimeSpan.FromMilliseconds(50) }, stalling);

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => system.Http.GetStringAsync("/stock", Token));

        Assert.Equal(RejectionKind.TimedOut, HttpOutcomes.FindRejection(error)!.Kind);
        Assert.Equal(HttpStatusCode.GatewayTimeout, error.StatusCode);
    }

    [Fact]
    public async Task The_circuit_of_a_failing_instance_opens_and_only_the_others_are_called()
    {
        await using var failing = await ScriptedService.StartAsync("503");
        await using var sound = await ScriptedService.StartAsync("ok");
        await using var system = Calling(Quick, failing, sound);
        for (var call = 0; call < 20; call++)
        {
            Assert.Equal("done", await system.Http.GetStringAsync("/stock", Token));
        }

        Assert.Equal(5, failing.Requests);
        var breakers = system.Services.GetRequiredService<CircuitBreakers>();
        Assert.Equal(BreakerState.Open, breakers.Find($"inventory/127.0.0.1:{failing.Port}")!.State);
        Assert.Equal(BreakerState.Closed, breakers.Find($"inventory/127.0.0.1:{sound.Port}")!.State);
    }

    [Fact]
    public async Task With_every_circuit_open_nothing_is_sent_and_the_caller_hears_when_to_come_back()
    {
        await using var failing = await ScriptedService.StartAsync("503");
        await using var system = Calling(Quick, failing);
        for (var call = 0; call < 2; call++)
        {
            // The second one's last attempt meets the circuit that its own failures opened.
            await Record.ExceptionAsync(() => system.Http.GetAsync("/stock", Token));
        }

        Assert.Equal(5, failing.Requests);
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => system.Http.GetAsync("/stock", Token));
        var rejection = HttpOutcomes.FindRejection(error)!;
        Assert.Equal(RejectionKind.CircuitOpen, rejection.Kind);
        Assert.InRange(rejection.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.Equal(5, failing.Requests);
    }

    [Fact]
    public async Task The_caller_that_leaves_says_nothing_of_the_service()
    {
        await using var stalling = await ScriptedService.StartAsync("stall");
        await using var system = Calling(Quick, stalling);
        for (var call = 0; call < 10; call++)
        {
            using var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(10));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => system.Http.GetAsync("/stock", leaving.Token));
        }

        Assert.DoesNotContain(system.Services.GetRequiredService<CircuitBreakers>().All, breaker => breaker.State != BreakerState.Closed);
    }

    [Fact]
    public async Task A_service_is_told_how_long_its_caller_waits()
    {
        await using var service = await ScriptedService.StartAsync("ok");
        await using var system = Calling(Quick, service);
        using (Deadline.In(TimeProvider.System, TimeSpan.FromSeconds(10)).Enter())
        {
            await system.Http.GetStringAsync("/stock", Token);
        }

        Assert.InRange(int.Parse(Assert.Single(service.Timeouts)), 1, 10_000);
    }

    [Fact]
    public async Task A_spent_deadline_calls_nobody()
    {
        await using var service = await ScriptedService.StartAsync("ok");
        await using var system = Calling(Quick, service);
        using var spent = Deadline.In(TimeProvider.System, TimeSpan.Zero).Enter();

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => system.Http.GetStringAsync("/stock", Token));

        Assert.Equal(RejectionKind.DeadlineSpent, HttpOutcomes.FindRejection(error)!.Kind);
        Assert.Equal(0, service.Requests);
    }

    [Fact]
    public async Task What_a_caller_says_of_one_request_counts_for_it()
    {
        await using var service = await ScriptedService.StartAsync("503");
        await using var system = Calling(Quick, service);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/report");
        request.Options.Set(ServiceRequests.Options, new CallOptions { Once = true });

        (await system.Http.SendAsync(request, Token)).Dispose();

        Assert.Equal(1, service.Requests);
    }

    private static CallingService Calling(ServiceClientOptions options, params ScriptedService[] instances) => new(options, instances);

    private sealed class CallingService : IAsyncDisposable
    {
        public CallingService(ServiceClientOptions options, ScriptedService[] instances)
        {
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddDiscovery(discovery =>
            {
                discovery.Services["inventory"] = [.. instances.Select(instance => $"http://127.0.0.1:{instance.Port}")];
                discovery.Clients["inventory"] = options;
            });
            services.AddServiceHttpClients();
            Services = services.BuildServiceProvider();
            Http = Services.GetRequiredService<IHttpClientFactory>().CreateClient("inventory");
        }

        public ServiceProvider Services { get; }

        public HttpClient Http { get; }

        public ValueTask DisposeAsync()
        {
            Http.Dispose();
            return Services.DisposeAsync();
        }
    }

    private sealed class OneWayStream(byte[] content) : MemoryStream(Encoding.ASCII.GetBytes(new string('x', content.Length)))
    {
        public override bool CanSeek => false;
    }
}
