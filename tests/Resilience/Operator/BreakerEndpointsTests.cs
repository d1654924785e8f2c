using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Resilience.Breakers;
using Portolan.Resilience.Operator;
using Portolan.Testing;

namespace Portolan.Resilience.Tests.Operator;

public sealed class BreakerEndpointsTests : IAsyncLifetime, ILoggerProvider, ILogger
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private readonly VirtualClock clock = new();
    private readonly List<string> log = [];
    private WebApplication? application;
    private HttpClient http = null!;
    private CircuitBreakers breakers = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(this);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(clock).AddBreakers();
        application = builder.Build();
        application.MapBreakers();
        await application.StartAsync();
        http = new HttpClient { BaseAddress = new Uri(application.Urls.First()) };
        breakers = application.Services.GetRequiredService<CircuitBreakers>();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await application!.DisposeAsync();
    }

    [Fact]
    public async Task The_list_says_all_of_every_breaker()
    {
        breakers.Get("payments");
        Trip(breakers.Get("inventory"));
        clock.Advance(TimeSpan.FromSeconds(10.5));

        var list = await http.GetFromJsonAsync<JsonElement>("/portolan/breakers", Token);
        Assert.Equal(
            """{"name":"inventory","state":"open","reason":"5 failures in a row","since":"2025-01-01T12:00:00+00:00","retryAfter":20,"forced":false,"failureRate":1,"calls":5,"allowed":5,"blocked":0,"transitions":[{"at":"2025-01-01T12:00:00+00:00","from":"closed","to":"open","reason":"5 failures in a row"}]}""",
            list.GetProperty("breakers")[0].GetRawText());
        Assert.Equal(("payments", "closed", false), Summary(list.GetProperty("breakers")[1]));
        Assert.False(list.GetProperty("breakers")[1].TryGetProperty("retryAfter", out _));
    }

    [Theory]
    [InlineData("open", "isolated", true)]
    [InlineData("open?for=90", "forced-open", true)]
    [InlineData("close", "forced-closed", true)]
    [InlineData("reset", "closed", false)]
    public async Task A_change_is_answered_with_the_breaker_and_leaves_a_line_in_the_log(string action, string state, bool forced)
    {
        breakers.Get("inventory/10.0.0.1:80").ForceOpen(TimeSpan.FromSeconds(5));
        using var answer = await http.PostAsync($"/portolan/breakers/inventory%2F10.0.0.1:80/{action}", null, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("inventory/10.0.0.1:80", state, forced), Summary(await answer.Content.ReadFromJsonAsync<JsonElement>(Token)));
        Assert.Contains($"Operator at 127.0.0.1 asked circuit breaker inventory/10.0.0.1:80 to {action.Split('?')[0]}: it was forced-open and is {state}", log);
    }

    [Fact]
    public async Task Unknown_breakers_and_senseless_times_are_refused()
    {
        using var unknown = await http.PostAsync("/portolan/breakers/nope/open", null, Token);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("There is no circuit breaker nope here.", await unknown.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);

        var breaker = breakers.Get("inventory");
        foreach (var time in new[] { "", "0", "-1", "86401", "NaN", "1e3", "soon" })
        {
            using var senseless = await http.PostAsync($"/portolan/breakers/inventory/open?for={time}", null, Token);
            Assert.Equal(HttpStatusCode.BadRequest, senseless.StatusCode);
        }

        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Theory]
    [InlineData("GET", "/portolan/breakers")]
    [InlineData("POST", "/portolan/breakers/inventory/open")]
    [InlineData("POST", "/portolan/breakers/inventory/close")]
    [InlineData("POST", "/portolan/breakers/inventory/reset")]
    public async Task Operators_are_on_this_machine(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("X-Forwarded-For", "10.0.0.1");
        breakers.Get("inventory");
        using var answer = await http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(breakers.Get("inventory").Report().Transitions);
    }

    [Fact]
    public void Transitions_and_long_outages_are_logged()
    {
        Trip(breakers.Get("inventory"));
        clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Contains("Circuit breaker inventory is open: 5 failures in a row", log);
        Assert.Contains("Circuit breaker inventory has not been closed for 00:05:00: 5 failures in a row", log);
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    void IDisposable.Dispose()
    {
    }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (log)
        {
            log.Add(formatter(state, exception));
        }
    }

    private static (string?, string?, bool) Summary(JsonElement breaker) =>
        (breaker.GetProperty("name").GetString(), breaker.GetProperty("state").GetString(), breaker.GetProperty("forced").GetBoolean());

    private void Trip(CircuitBreaker breaker)
    {
        for (var call = 0; call < 5; call++)
        {
            breaker.TryEnter(clock.GetTimestamp(), out var entry);
            breaker.Exit(entry, Verdict.Failure, clock.GetTimestamp());
        }
    }
}
