using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Portolan.Core.Correlation;
using Portolan.Core.Telemetry;
using Portolan.Hosting.Configuration;

namespace Portolan.Hosting.Tests.Startup;

public sealed class ServiceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("portolan-").FullName;

    [Fact]
    public async Task A_service_starts_alone_gets_ready_handles_its_command_and_stops()
    {
        await using var service = await TestService.StartAsync(folder);
        await UntilAsync(async () => (await service.Client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK);

        await service.Bus.SendAsync(new Ping(7));
        await UntilAsync(() => Task.FromResult(!service.Handled.IsEmpty));
        var began = Stopwatch.GetTimestamp();
        await service.StopAsync();

        Assert.Equal(7, Assert.Single(service.Handled).Ping.Number);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5), "It took long to stop.");
        Assert.True(File.Exists(Path.Combine(folder, ".portolan", "pinger.db")));
    }

    [Fact]
    public async Task A_service_tells_its_circuit_breakers_to_operators()
    {
        await using var service = await TestService.StartAsync(folder);
        Assert.Equal("""{"breakers":[]}""", await service.Client.GetStringAsync("/portolan/breakers"));
    }

    [Fact]
    public async Task An_operator_injects_faults_into_a_service_that_allows_it()
    {
        await using var service = await TestService.StartAsync(folder, options => options.FaultInjection = true);
        using var set = await service.Client.PutAsJsonAsync("/portolan/faults/game-day", new { status = 503, seconds = 60 });
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);

        using var faulted = await service.Client.GetAsync("/nowhere");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, faulted.StatusCode);
        Assert.Contains("urn:portolan:problem:fault-injected", await faulted.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotEmpty(faulted.Headers.GetValues("X-Request-ID"));
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/health/live")).StatusCode);

        using var cleared = await service.Client.DeleteAsync("/portolan/faults");
        Assert.Equal(HttpStatusCode.NoContent, cleared.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await service.Client.GetAsync("/nowhere")).StatusCode);
    }

    [Fact]
    public async Task At_its_callers_deadline_a_request_is_answered()
    {
        await using var service = await TestService.StartAsync(folder, options => options.FaultInjection = true);
        (await service.Client.PutAsJsonAsync("/portolan/faults/slow", new { latencyMilliseconds = 60_000, seconds = 60 })).Dispose();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Add("X-Request-Timeout", "100");

        using var answer = await service.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Contains("urn:portolan:problem:deadline-exceeded", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotEmpty(answer.Headers.GetValues("X-Response-Time"));
    }

    [Fact]
    public async Task In_production_a_service_refuses_faults_that_it_was_not_told_to_allow()
    {
        await using var service = await TestService.StartAsync(folder);
        using var set = await service.Client.PutAsJsonAsync("/portolan/faults/game-day", new { status = 503, seconds = 60 });
        Assert.Equal(HttpStatusCode.Forbidden, set.StatusCode);
        Assert.Contains("Portolan:FaultInjection=true", await set.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_carries_the_trace_and_the_user_action_it_was_sent_in()
    {
        await using var service = await TestService.StartAsync(folder);
        using var activity = PortolanTelemetry.Start("request", ActivityKind.Server, null);
        CorrelationContext.Current = CorrelationContext.Start(TimeProvider.System, "a-user-action", null);

        await service.Bus.SendAsync(new Ping(1));
        await UntilAsync(() => Task.FromResult(!service.Handled.IsEmpty));

        Assert.Equal((new Ping(1), activity.TraceId.ToHexString(), "a-user-action"), Assert.Single(service.Handled));
    }

    [Fact]
    public async Task What_was_sent_before_a_restart_is_handled_after_it_once()
    {
        var before = await TestService.StartAsync(folder);
        for (var number = 0; number < 50; number++)
        {
            await before.Bus.SendAsync(new Ping(number));
        }

        await before.DisposeAsync();
        await using var after = await TestService.StartAsync(folder);
        await after.Bus.SendAsync(new Ping(50));
        await UntilAsync(() => Task.FromResult(before.Handled.Count + after.Handled.Count >= 51));

        Assert.Equal(Enumerable.Range(0, 51), before.Handled.Concat(after.Handled).Select(handled => handled.Ping.Number).Order());
    }

    [Fact]
    public async Task A_seed_is_applied_once_in_the_life_of_the_store()
    {
        void Seed(PortolanOptions options) => options.Seed("first", async (transaction, outbox) => await outbox.AddAsync(transaction, new Ping(42)));
        await using (var first = await TestService.StartAsync(folder, Seed))
        {
            await UntilAsync(() => Task.FromResult(!first.Handled.IsEmpty));
        }

        await using var second = await TestService.StartAsync(folder, Seed);
        await second.Bus.SendAsync(new Ping(1));
        await UntilAsync(() => Task.FromResult(!second.Handled.IsEmpty));

        Assert.Equal(1, Assert.Single(second.Handled).Ping.Number);
    }

    [Fact]
    public async Task The_operators_surface_answers_this_machine_and_not_a_proxy()
    {
        await using var service = await TestService.StartAsync(folder);
        using var proxied = new HttpRequestMessage(HttpMethod.Get, "/portolan/dead-letters");
        proxied.Headers.Add("X-Forwarded-For", "127.0.0.1");

        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/portolan/dead-letters")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Client.SendAsync(proxied)).StatusCode);
    }

    [Fact]
    public void A_service_that_cannot_work_does_not_start_and_says_everything_that_is_wrong()
    {
        var builder = TestService.Builder(folder);
        builder.Configuration["Portolan:Heartbeat"] = "often";
        builder.Configuration["Portolan:Bus"] = "rabbitmq:amqp://guest:secret@host";
        var parts = new ServiceParts(
            typeof(ServiceTests).Assembly,
            [new("test.lost.v1", typeof(Ping), Core.Messages.MessageKind.Command, null, null)],
            [],
            []);

        var refusal = Assert.Throws<PortolanConfigurationException>(() => PortolanHost.Add(builder, "Pinger!", parts, null));

        Assert.Equal(4, refusal.Errors.Count);
        Assert.StartsWith("Pinger! cannot start:\n  - ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Command Ping (test.lost.v1) has no destination", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(refusal.Message, refusal.ToString());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(15), "It did not happen in time.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
