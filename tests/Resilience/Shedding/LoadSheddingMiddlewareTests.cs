using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Resilience.Concurrency;
using Portolan.Resilience.Shedding;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Shedding;

public sealed class LoadSheddingMiddlewareTests : IDisposable
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private static readonly LoadSheddingOptions Trusting = new() { TrustsPriority = _ => true };

    private readonly VirtualClock clock = new();
    private readonly SemaphoreSlim arrived = new(0);
    private readonly TaskCompletionSource gate = new();

    [Fact]
    public async Task A_shed_request_is_answered_with_503_overloaded_and_a_time_to_come_back()
    {
        await using var app = await StartAsync(app => app.UseLoadShedding(Full()));
        var response = await GetAsync(app, "/stock");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
        Assert.Equal("urn:portolan:problem:overloaded", problem.RootElement.GetProperty("type").GetString());
    }

    [Fact]
    public async Task The_header_counts_only_where_the_caller_is_trusted()
    {
        await using var open = await StartAsync(app => app.UseLoadShedding(Full()));
        await using var trusting = await StartAsync(app => app.UseLoadShedding(Full(), Trusting));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(open, "/stock", "critical")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(trusting, "/stock", "Critical")).StatusCode);
        foreach (var less in new[] { "high", "normal", "low", "urgent", "2", "", "critical,critical" })
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(trusting, "/stock", less)).StatusCode);
        }
    }

    [Fact]
    public async Task A_service_may_say_itself_what_is_important()
    {
        var options = new LoadSheddingOptions { PriorityOf = context => context.Request.Path == "/payments" ? CallPriority.Critical : CallPriority.Low };
        await using var app = await StartAsync(app => app.UseLoadShedding(Full(), options));

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, "/payments")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(app, "/stock")).StatusCode);
    }

    [Theory]
    [InlineData("/health", true)]
    [InlineData("/health/ready", true)]
    [InlineData("/healthz", true)]
    [InlineData("/actuator/health", true)]
    [InlineData("/metrics", true)]
    [InlineData("/portolan/breakers", true)]
    [InlineData("/events/orders", true)]
    [InlineData("/healthy", false)]
    [InlineData("/stock/health", false)]
    [InlineData("/", false)]
    public async Task Who_watches_the_service_always_gets_through(string path, bool passes)
    {
        var shed = LoadSheddingMiddleware.Shed(_ => Task.CompletedTask, Full(), new() { NeverShed = ["/events"] });
        var adaptive = AdaptiveConcurrencyMiddleware.Shed(_ => Task.CompletedTask, FullLimit(), new() { NeverShed = ["/events"] });

        Assert.Equal(passes ? 200 : 503, await StatusAsync(shed, path));
        Assert.Equal(passes ? 200 : 503, await StatusAsync(adaptive, path));
    }

    [Fact]
    public async Task Under_an_adaptive_limit_the_important_find_the_places_that_are_kept_for_them()
    {
        var concurrency = new AdaptiveConcurrency("stock", new() { InitialLimit = 10 }, clock);
        await using var app = await StartAsync(app => app.UseLoadShedding(concurrency, Trusting));
        var running = new List<Task<HttpResponseMessage>>();
        foreach (var (priority, places) in new[] { ("low", 5), ("normal", 8), ("high", 9), ("critical", 10) })
        {
            while (running.Count < places)
            {
                running.Add(GetAsync(app, "/wait", priority));
                await arrived.WaitAsync(Token);
            }

            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(app, "/wait", priority)).StatusCode);
            Assert.Equal(places, concurrency.InFlight);
        }

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(app, "/health")).StatusCode);
        gate.SetResult();
        Assert.All(await Task.WhenAll(running), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    [Theory]
    [InlineData(200, 500, true)]
    [InlineData(404, 500, true)]
    [InlineData(504, 500, true)]
    [InlineData(500, 500, true)]
    [InlineData(429, 500, true)]
    [InlineData(504, 1, false)]
    [InlineData(500, 1, false)]
    [InlineData(429, 1, false)]
    public async Task What_takes_too_long_lowers_the_limit_and_what_fails_quickly_does_not(int status, int milliseconds, bool lowers)
    {
        var concurrency = new AdaptiveConcurrency("stock", new() { MeasureSamples = 1, MinimumSamples = 1 }, clock);
        var (code, time) = (200, 200);
        var shed = AdaptiveConcurrencyMiddleware.Shed(
            context =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(time));
                context.Response.StatusCode = code;
                return Task.CompletedTask;
            },
            concurrency);
        await StatusAsync(shed, "/stock");
        Assert.InRange(concurrency.Shortest.TotalMilliseconds, 190, 210);

        (code, time) = (status, milliseconds);
        await StatusAsync(shed, "/stock");
        clock.Advance(TimeSpan.FromSeconds(1));
        (code, time) = (500, 0);
        await StatusAsync(shed, "/stock");

        Assert.Equal(lowers, concurrency.Limit < 20);
        Assert.InRange(concurrency.Shortest.TotalMilliseconds, 190, 210);
        Assert.Equal(0, concurrency.InFlight);
    }

    [Fact]
    public async Task A_stream_says_nothing_of_latency_and_an_exception_leaves_no_place_taken()
    {
        var concurrency = new AdaptiveConcurrency("stock", new() { MeasureSamples = 1, MinimumSamples = 1 }, clock);
        var stream = AdaptiveConcurrencyMiddleware.Shed(
            context =>
            {
                context.Response.ContentType = "text/event-stream; charset=utf-8";
                clock.Advance(TimeSpan.FromHours(1));
                return Task.CompletedTask;
            },
            concurrency);
        await StatusAsync(stream, "/events");
        Assert.Equal((TimeSpan.Zero, 20, 0), (concurrency.Shortest, concurrency.Limit, concurrency.InFlight));

        var broken = AdaptiveConcurrencyMiddleware.Shed(_ => throw new InvalidOperationException("broken"), concurrency);
        await Assert.ThrowsAsync<InvalidOperationException>(() => StatusAsync(broken, "/stock"));
        Assert.Equal(0, concurrency.InFlight);
    }

    public void Dispose() => arrived.Dispose();

    [Fact]
    public void Wrong_paths_are_named() =>
        Assert.Equal(3, new LoadSheddingOptions { NeverShed = ["events", "/", "/events/", "/ok"] }.Validate().Count);

    private static async Task<int> StatusAsync(RequestDelegate app, string path)
    {
        var context = new DefaultHttpContext { Request = { Path = path } };
        await app(context);
        return context.Response.StatusCode;
    }

    private static async Task<HttpResponseMessage> GetAsync(WebApplication app, string path, string? priority = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Urls.Single() + path);
        if (priority is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Priority", priority);
        }

        return await client.SendAsync(request, Token);
    }

    private LoadShedder Full() => new("memory", () => 1, clock);

    private AdaptiveConcurrency FullLimit()
    {
        var concurrency = new AdaptiveConcurrency("stock", clock: clock);
        while (concurrency.TryEnter())
        {
        }

        return concurrency;
    }

    private async Task<WebApplication> StartAsync(Action<WebApplication> shed)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        shed(app);
        app.Run(async context =>
        {
            if (context.Request.Path == "/wait")
            {
                arrived.Release();
                await gate.Task;
            }
        });
        await app.StartAsync(Token);
        return app;
    }
}
