using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Observability.Health;

namespace Portolan.Observability.Tests.Health;

public sealed class HealthTests
{
    [Fact]
    public async Task A_healthy_process_is_up_and_shows_its_disk()
    {
        await using var app = await StartAsync();
        var (status, health) = await GetAsync(app, "/health");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("UP", health.GetProperty("status").GetString());
        var disk = health.GetProperty("components").GetProperty("disk");
        Assert.Equal("UP", disk.GetProperty("status").GetString());
        Assert.True(disk.GetProperty("details").GetProperty("free").GetInt64() > 0);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/healthz")]
    [InlineData("/actuator/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/ready")]
    [InlineData("/health/startup")]
    public async Task Every_address_answers(string path)
    {
        await using var app = await StartAsync();
        var (status, health) = await GetAsync(app, path);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("UP", health.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_required_part_that_is_down_makes_503_everywhere_but_live()
    {
        await using var app = await StartAsync(Check("store", HealthResult.Down("cannot be written")) with { Scope = HealthScope.All });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(app, "/health")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(app, "/health/startup")).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, "/health/live")).Status);
        var (status, health) = await GetAsync(app, "/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("DOWN", health.GetProperty("status").GetString());
        Assert.Equal("cannot be written", health.GetProperty("components").GetProperty("store").GetProperty("message").GetString());
    }

    [Theory]
    [InlineData(false, HttpStatusCode.OK)]
    [InlineData(true, HttpStatusCode.ServiceUnavailable)]
    public async Task An_optional_part_that_is_down_degrades(bool strict, HttpStatusCode expected)
    {
        await using var app = await StartAsync(
            options => options.UnavailableWhenDegraded = strict, Check("mail", HealthResult.Down("no route")) with { Required = false });
        var (status, health) = await GetAsync(app, "/health");

        Assert.Equal(expected, status);
        Assert.Equal("DEGRADED", health.GetProperty("status").GetString());
        Assert.Equal("DOWN", health.GetProperty("components").GetProperty("mail").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Checks_that_hang_are_down_and_do_not_add_up()
    {
        var runs = 0;
        using var started = new CountdownEvent(3);
        var never = new TaskCompletionSource<HealthResult>();
        HealthCheck Hanging(string name) => new(name, _ =>
        {
            if (Interlocked.Increment(ref runs) <= 3)
            {
                started.Signal();
            }

            return new ValueTask<HealthResult>(never.Task);
        });
        await using var app = await StartAsync(
            options => options.CheckTimeout = TimeSpan.FromMilliseconds(60), Hanging("one"), Hanging("two"), Hanging("three"));
        var (status, health) = await GetAsync(app, "/health");
        Assert.True(started.Wait(TimeSpan.FromSeconds(10)));
        await GetAsync(app, "/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("No answer within 60 ms.", health.GetProperty("components").GetProperty("two").GetProperty("message").GetString());
        Assert.Equal(3, runs);
    }

    [Fact]
    public async Task A_check_that_throws_is_down_without_secrets()
    {
        await using var app = await StartAsync(new HealthCheck("store", _ => throw new InvalidOperationException("password=hunter2 refused")));
        var (_, health) = await GetAsync(app, "/health");

        Assert.Equal("password=*** refused", health.GetProperty("components").GetProperty("store").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Too_little_disk_is_down()
    {
        await using var app = await StartAsync(options => options.DiskThreshold = long.MaxValue);
        var (status, health) = await GetAsync(app, "/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("DOWN", health.GetProperty("components").GetProperty("disk").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Once_draining_only_readiness_is_off()
    {
        await using var app = await StartAsync();
        app.Services.GetRequiredService<Draining>().Begin();
        var (status, health) = await GetAsync(app, "/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("""{"status":"DOWN","reason":"SHUTTING_DOWN"}""", health.GetRawText());
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, "/health/live")).Status);
    }

    private static HealthCheck Check(string name, HealthResult result) => new(name, _ => ValueTask.FromResult(result));

    private static Task<TestApp> StartAsync(params HealthCheck[] checks) => StartAsync(_ => { }, checks);

    private static Task<TestApp> StartAsync(Action<HealthOptions> configure, params HealthCheck[] checks) =>
        TestApp.StartAsync(app => app.MapHealth(), services =>
        {
            services.AddHealth(configure);
            foreach (var check in checks)
            {
                services.AddHealthCheck(_ => check);
            }
        });

    private static async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(TestApp app, string path)
    {
        using var response = await app.Client.GetAsync(path);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, document.RootElement.Clone());
    }
}
