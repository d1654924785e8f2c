using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Portolan.Core.Database;
using Portolan.Core.Problems;
using Portolan.Observability.Correlation;
using Portolan.Observability.Problems;
using Portolan.Observability.Tests.Logs;

namespace Portolan.Observability.Tests.Problems;

public sealed class ProblemTests : IAsyncLifetime
{
    private readonly Captured logs = new();
    private readonly TaskCompletionSource<bool> cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource headersRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TestApp app = null!;

    public async ValueTask InitializeAsync() => app = await TestApp.StartAsync(Configure, logs: builder => builder.AddProvider(logs).AddFilter("Microsoft", LogLevel.Critical));

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        logs.Dispose();
    }

    [Theory]
    [InlineData("/problem", 404, "not-found")]
    [InlineData("/store", 503, "service-unavailable")]
    [InlineData("/bug", 500, "internal-error")]
    [InlineData("/nowhere", 404, "not-found")]
    [InlineData("/order", 405, "method-not-allowed")]
    [InlineData("/teapot", 418, "im-a-teapot")]
    public async Task Failures_become_problem_details(string path, int status, string name)
    {
        using var response = await app.Client.GetAsync(path);
        var problem = await ReadAsync(response, status);

        Assert.Equal("urn:portolan:problem:" + name, problem.GetProperty("type").GetString());
        Assert.Equal(path, problem.GetProperty("instance").GetString());
    }

    [Fact]
    public async Task A_store_that_is_away_asks_to_come_back()
    {
        using var response = await app.Client.GetAsync("/store");

        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        Assert.DoesNotContain("disk I/O", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_wrong_method_keeps_Allow()
    {
        using var response = await app.Client.GetAsync("/order");

        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("{\"quantity\": 1", "not valid JSON: line 1, byte 15")]
    [InlineData("{\"quantity\": \"many\"}", "does not fit at quantity (line 1, byte ")]
    [InlineData("", "needs a JSON body")]
    public async Task A_body_that_cannot_be_read_says_where(string body, string expected)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await app.Client.PostAsync("/order", content);
        var problem = await ReadAsync(response, 400);

        Assert.Contains(expected, problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Another_media_type_is_refused()
    {
        using var content = new StringContent("quantity=1", Encoding.UTF8, "text/plain");
        using var response = await app.Client.PostAsync("/order", content);

        await ReadAsync(response, 415);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        using var content = new StringContent("{\"quantity\": " + new string('1', 200) + "}", Encoding.UTF8, "application/json");
        using var response = await app.Client.PostAsync("/small", content);

        await ReadAsync(response, 413);
    }

    [Fact]
    public async Task Our_own_fault_is_logged_once_with_the_ids_and_told_to_nobody()
    {
        using var response = await app.Client.GetAsync("/bug");
        var line = logs.Lines.Single(entry => entry.GetProperty("level").GetString() == "error");

        Assert.DoesNotContain("hidden reason", await response.Content.ReadAsStringAsync());
        Assert.Equal("hidden reason", line.GetProperty("exception").GetProperty("message").GetString());
        Assert.Equal(response.Headers.GetValues("X-Request-ID").Single(), line.GetProperty("requestId").GetString());
    }

    [Fact]
    public async Task A_failure_after_the_first_byte_breaks_the_connection()
    {
        using var response = await app.Client.GetAsync("/half", HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        headersRead.SetResult();
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_client_that_leaves_is_no_error()
    {
        using var leaving = new CancellationTokenSource();
        var request = app.Client.GetAsync("/waits", leaving.Token);
        await entered.Task;
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        Assert.True(await cancelled.Task);
        Assert.DoesNotContain(logs.Lines, entry => entry.GetProperty("level").GetString() is "error" or "warn");
    }

    private void Configure(WebApplication web)
    {
        web.UseCorrelation();
        web.UseProblems();
        web.MapGet("/problem", (RequestDelegate)(_ => throw new ProblemException(KnownProblems.NotFound("No such order."))));
        web.MapGet("/store", (RequestDelegate)(_ => throw new StoreUnavailableException("disk I/O error")));
        web.MapGet("/bug", (RequestDelegate)(_ => throw new InvalidOperationException("hidden reason")));
        web.MapGet("/teapot", () => Results.StatusCode(418));
        web.MapPost("/order", (Order order) => order.Quantity);
        web.Use(next => context =>
        {
            if (context.Request.Path == "/small")
            {
                context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = 100;
            }

            return next(context);
        });
        web.MapPost("/small", (Order order) => order.Quantity);
        web.MapGet("/half", (RequestDelegate)(async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await headersRead.Task;
            throw new InvalidOperationException("too late");
        }));
        web.MapGet("/waits", (RequestDelegate)WaitAsync);
    }

    private async Task WaitAsync(HttpContext context)
    {
        entered.SetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        finally
        {
            cancelled.SetResult(context.RequestAborted.IsCancellationRequested);
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, int status)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(status, document.RootElement.GetProperty("status").GetInt32());
        return document.RootElement.Clone();
    }

    public sealed record Order(int Quantity);
}
