using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Portolan.Cli.Load;

namespace Portolan.Cli.Tests.Load;

public sealed class LoadRunTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task Every_request_of_the_rate_is_sent_and_counted_by_its_status()
    {
        var number = 0;
        await using var server = await TestServer.StartAsync(context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref number) % 4 == 0 ? 503 : 200;
            return context.Response.WriteAsync("hello");
        });

        var report = await RunAsync(server.Url, rate: 200, connections: 16);

        Assert.Equal(200, report.Answered + report.Unsent);
        Assert.Equal(report.Answered, report.Statuses["200"] + report.Statuses["503"]);
        Assert.Equal((0, report.Answered * 5), (report.Errors.Count, report.Bytes));
        Assert.InRange(report.LatencyMs.P50, 0.001, report.LatencyMs.Max);
    }

    [Fact]
    public async Task Method_headers_and_body_arrive_as_they_were_given()
    {
        var seen = "";
        await using var server = await TestServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {context.Request.Headers["X-Test"]} {await reader.ReadToEndAsync()}";
        });

        await RunAsync(LoadRequest.Create(server.Url + "a%20b?c=d", "PUT", ["X-Test: yes"], "the body"u8.ToArray()), rate: 5, connections: 1);

        Assert.Equal("PUT /a%20b?c=d yes the body", seen);
    }

    [Fact]
    public async Task A_server_that_closes_each_connection_costs_no_error()
    {
        await using var server = await TestServer.StartAsync(context =>
        {
            context.Response.Headers.Connection = "close";
            return context.Response.WriteAsync("bye");
        });

        var report = await RunAsync(server.Url, rate: 50, connections: 4);

        Assert.Equal((0, 50), (report.Errors.Count, report.Answered + report.Unsent));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_charged_for_all_that_it_kept_waiting()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        var report = await RunAsync($"http://{silent.LocalEndpoint}/", rate: 20, connections: 2, seconds: 2);

        Assert.Equal((0, 40), (report.Answered, report.Errors["timeout"] + report.Unsent));
        Assert.True(report.Unsent > 0 && report.LatencyMs.Max >= 1000, "What waits behind a time-out waits as long.");
    }

    [Fact]
    public async Task Nobody_who_listens_is_an_error_of_its_own_kind()
    {
        var report = await RunAsync("http://127.0.0.1:1/", rate: 20, connections: 2);

        Assert.Equal((0, 20), (report.Answered, report.Errors["refused"] + report.Unsent));
    }

    [Fact]
    public async Task Without_a_rate_each_connection_asks_again_at_once()
    {
        await using var server = await TestServer.StartAsync(context => context.Response.WriteAsync("hello"));

        var report = await RunAsync(server.Url, rate: null, connections: 2);

        Assert.True(report is { Answered: > 2, Unsent: 0, Errors.Count: 0 });
    }

    [Fact]
    public async Task A_run_that_is_broken_off_tells_what_it_saw()
    {
        using var enough = new CancellationTokenSource();
        var seen = 0;
        await using var server = await TestServer.StartAsync(context => Interlocked.Increment(ref seen) == 20 ? enough.CancelAsync() : Task.CompletedTask);

        var result = await new LoadRun(Plan(Get(server.Url), 100, 4, 600), TimeProvider.System).RunAsync(enough.Token);

        Assert.InRange(result.Counts.Answered, 1, 10_000);
        Assert.True(result.Lasted < TimeSpan.FromSeconds(600));
        Assert.Empty(result.Counts.Failures);
    }

    [Fact]
    public async Task Warm_up_does_not_count()
    {
        var seen = 0;
        await using var server = await TestServer.StartAsync(context =>
        {
            Interlocked.Increment(ref seen);
            return Task.CompletedTask;
        });

        var plan = Plan(Get(server.Url), 20, 4, 1) with { WarmUp = TimeSpan.FromSeconds(1) };
        var report = LoadReport.Of(await new LoadRun(plan, TimeProvider.System).RunAsync(Never));

        Assert.Equal((20, 1), (report.Answered + report.Unsent, report.Seconds));
        Assert.True(seen > report.Answered);
    }

    private static Task<LoadReport> RunAsync(string url, double? rate, int connections, int seconds = 1) =>
        RunAsync(Get(url), rate, connections, seconds);

    private static async Task<LoadReport> RunAsync(LoadRequest request, double? rate, int connections, int seconds = 1) =>
        LoadReport.Of(await new LoadRun(Plan(request, rate, connections, seconds), TimeProvider.System).RunAsync(Never));

    private static LoadPlan Plan(LoadRequest request, double? rate, int connections, int seconds) =>
        new(request, rate, TimeSpan.FromSeconds(seconds), TimeSpan.Zero, connections, TimeSpan.FromSeconds(1), Insecure: false);

    private static LoadRequest Get(string url) => LoadRequest.Create(url, null, [], []);
}
