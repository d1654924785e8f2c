using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Core.Deadlines;
using Portolan.Resilience.Http;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Http;

public sealed class DeadlineMiddlewareTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly VirtualClock clock = new();

    [Fact]
    public async Task A_request_runs_under_its_callers_deadline()
    {
        await using var server = await StartAsync(app => app.MapGet("/left", () => $"{Deadline.Current?.Remaining.TotalMilliseconds}"));

        Assert.Equal("2500", await (await GetAsync(server, "/left", ("X-Request-Timeout", "2500"))).Content.ReadAsStringAsync(Token));
        Assert.Equal("1000", await (await GetAsync(server, "/left", ("X-Request-Timeout", "2500"), ("grpc-timeout", "1S"))).Content.ReadAsStringAsync(Token));
        Assert.Equal("", await (await GetAsync(server, "/left", ("X-Request-Timeout", "soon"))).Content.ReadAsStringAsync(Token));
        Assert.Equal("", await (await GetAsync(server, "/left")).Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task When_the_deadline_strikes_the_request_is_aborted_and_the_caller_gets_a_504()
    {
        await using var server = await StartAsync(app => app.MapGet("/stall", async context =>
        {
            context.Response.Headers["X-Half-Done"] = "yes";
            clock.Advance(TimeSpan.FromMilliseconds(800));
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, context.RequestAborted);
        }));

        var response = await GetAsync(server, "/stall", ("X-Request-Timeout", "800"));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
        Assert.Equal("urn:portolan:problem:deadline-exceeded", problem.RootElement.GetProperty("type").GetString());
        Assert.Contains("800 ms", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("X-Half-Done"));
        Assert.Equal("800", Assert.Single(response.Headers.GetValues("X-Response-Time")));
    }

    [Fact]
    public async Task It_is_a_504_too_where_an_exception_handler_took_the_cancellation_for_a_client_that_left()
    {
        await using var server = await StartAsync(app =>
        {
            app.UseExceptionHandler(handler => handler.Run(context => Results.Problem().ExecuteAsync(context)));
            app.MapGet("/stall", async context =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, context.RequestAborted);
            });
        });

        Assert.Equal(HttpStatusCode.GatewayTimeout, (await GetAsync(server, "/stall", ("X-Request-Timeout", "1000"))).StatusCode);
    }

    [Fact]
    public async Task What_was_done_by_then_is_answered_although_the_deadline_has_passed()
    {
        await using var server = await StartAsync(app => app.MapGet("/late", () =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return Results.NoContent();
        }));

        Assert.Equal(HttpStatusCode.NoContent, (await GetAsync(server, "/late", ("X-Request-Timeout", "1000"))).StatusCode);
    }

    [Fact]
    public async Task A_response_that_had_started_is_torn_off_and_does_not_look_complete()
    {
        await using var server = await StartAsync(app => app.MapGet("/stream", async context =>
        {
            await context.Response.WriteAsync("half", Token);
            await context.Response.Body.FlushAsync(Token);
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, context.RequestAborted);
        }));

        await Assert.ThrowsAnyAsync<Exception>(async () =>
            await (await GetAsync(server, "/stream", ("X-Request-Timeout", "1000"))).Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task A_client_that_leaves_still_aborts_a_request_with_a_deadline()
    {
        var aborted = new TaskCompletionSource<bool>();
        var arrived = new TaskCompletionSource();
        await using var server = await StartAsync(app => app.MapGet("/stall", async context =>
        {
            using var registration = context.RequestAborted.Register(() => aborted.SetResult(true));
            arrived.SetResult();
            await aborted.Task;
        }));
        using var leaving = new CancellationTokenSource();
        using var client = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/stall") { Headers = { { "X-Request-Timeout", "60000" } } };

        var running = client.SendAsync(request, leaving.Token);
        await arrived.Task;
        await leaving.CancelAsync();

        Assert.True(await aborted.Task);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Every_response_says_how_long_it_took_errors_too()
    {
        await using var server = await StartAsync(app => app.MapGet("/work", () =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(12.9));
            return "done";
        }));

        Assert.Equal("12", Assert.Single((await GetAsync(server, "/work")).Headers.GetValues("X-Response-Time")));
        Assert.Equal("0", Assert.Single((await GetAsync(server, "/nowhere")).Headers.GetValues("X-Response-Time")));
    }

    [Fact]
    public async Task A_service_may_have_a_deadline_of_its_own_and_not_believe_strangers()
    {
        await using var server = await StartAsync(
            app => app.MapGet("/left", () => $"{Deadline.Current?.Remaining.TotalMilliseconds}"),
            new DeadlineOptions { Longest = TimeSpan.FromSeconds(5), AcceptFromCaller = false });
        Assert.Equal("5000", await (await GetAsync(server, "/left", ("X-Request-Timeout", "10"))).Content.ReadAsStringAsync(Token));

        await using var believing = await StartAsync(
            app => app.MapGet("/left", () => $"{Deadline.Current?.Remaining.TotalMilliseconds}"), new DeadlineOptions { Longest = TimeSpan.FromSeconds(5) });
        Assert.Equal("5000", await (await GetAsync(believing, "/left", ("X-Request-Timeout", "60000"))).Content.ReadAsStringAsync(Token));
        Assert.Equal("4000", await (await GetAsync(believing, "/left", ("X-Request-Timeout", "4000"))).Content.ReadAsStringAsync(Token));
    }

    private static async Task<HttpResponseMessage> GetAsync(Server server, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    private async Task<Server> StartAsync(Action<WebApplication> map, DeadlineOptions? options = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(clock);
        var app = builder.Build();
        app.UseDeadlines(options);
        map(app);
        await app.StartAsync(Token);
        return new Server(app);
    }

    private sealed class Server(WebApplication app) : IAsyncDisposable
    {
        public Uri Address { get; } = new(app.Urls.Single());

        public HttpClient Client { get; } = new() { BaseAddress = new Uri(app.Urls.Single()) };

        public ValueTask DisposeAsync()
        {
            Client.Dispose();
            return app.DisposeAsync();
        }
    }
}
