using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portolan.Core.Correlation;
using Portolan.Core.Flags;
using Portolan.Observability.Correlation;
using Portolan.Observability.Problems;
using Portolan.Observability.Tests.Logs;

namespace Portolan.Observability.Tests.Correlation;

public sealed class CorrelationTests
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public async Task Ids_of_the_caller_are_continued_and_every_response_has_its_own()
    {
        await using var app = await StartAsync();
        using var response = await SendAsync(app, "/", ("X-Correlation-ID", "action-9"), ("X-Request-ID", "caller-1"), ("traceparent", TraceParent));
        var seen = (await response.Content.ReadAsStringAsync()).Split('|');

        Assert.Equal("action-9", Header(response, "X-Correlation-ID"));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", Header(response, "X-Trace-ID"));
        Assert.Equal([Header(response, "X-Request-ID"), "action-9", "caller-1"], seen);
        Assert.NotEqual("caller-1", seen[0]);
    }

    [Fact]
    public async Task A_caller_that_names_itself_as_parent_is_the_parent()
    {
        await using var app = await StartAsync();
        using var response = await SendAsync(app, "/", ("X-Request-ID", "other-1"), ("X-Parent-Request-ID", "caller-1"));

        Assert.EndsWith("|caller-1", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Without_ids_the_request_starts_an_action_of_its_own()
    {
        await using var app = await StartAsync();
        using var response = await SendAsync(app, "/");

        Assert.Equal(Header(response, "X-Request-ID"), Header(response, "X-Correlation-ID"));
        Assert.Equal(32, Header(response, "X-Trace-ID").Length);
    }

    [Theory]
    [InlineData("<script>")]
    [InlineData("a b")]
    [InlineData("a,b")]
    public async Task A_malformed_id_is_replaced_and_never_echoed(string id)
    {
        await using var app = await StartAsync();
        using var response = await SendAsync(app, "/", ("X-Correlation-ID", id), ("X-Request-ID", id));

        Assert.Equal(Header(response, "X-Request-ID"), Header(response, "X-Correlation-ID"));
        Assert.EndsWith("|", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("new, express", "True")]
    [InlineData("express", "True")]
    [InlineData("", "False")]
    [InlineData("expresso, an-express", "False")]
    [InlineData("express; <b>", "False")]
    public async Task Feature_flags_of_the_caller_are_those_of_the_request(string flags, string expected)
    {
        await using var app = await StartAsync();
        using var response = await SendAsync(app, "/flag", ("X-Feature-Flags", flags));

        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_edge_may_ignore_what_strangers_send()
    {
        await using var app = await StartAsync(new CorrelationOptions { AcceptFromCaller = false });
        using var response = await SendAsync(app, "/", ("X-Correlation-ID", "action-9"));

        Assert.NotEqual("action-9", Header(response, "X-Correlation-ID"));
    }

    [Theory]
    [InlineData("/throws")]
    [InlineData("/nowhere")]
    [InlineData("/clears")]
    public async Task Errors_carry_the_ids_too(string path)
    {
        await using var app = await StartAsync();
        using var response = await SendAsync(app, path, ("X-Correlation-ID", "action-9"));

        Assert.False(response.IsSuccessStatusCode);
        Assert.Equal("action-9", Header(response, "X-Correlation-ID"));
        Assert.NotEmpty(Header(response, "X-Request-ID"));
        Assert.NotEmpty(Header(response, "X-Trace-ID"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_trace_is_continued_whether_or_not_somebody_listens(bool logging)
    {
        using var logs = new Captured();
        await using var app = await StartAsync(null, logging ? logs : null);
        using var response = await SendAsync(app, "/", ("traceparent", TraceParent));

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", Header(response, "X-Trace-ID"));
    }

    private static Task<TestApp> StartAsync(CorrelationOptions? options = null, ILoggerProvider? logs = null) =>
        TestApp.StartAsync(
            app =>
            {
                app.UseCorrelation(options);
                app.UseProblems();
                app.MapGet("/", (RequestDelegate)(context =>
                {
                    var current = CorrelationContext.Current!;
                    return context.Response.WriteAsync($"{current.RequestId}|{current.CorrelationId}|{current.ParentRequestId}");
                }));
                app.MapGet("/flag", (RequestDelegate)(context => context.Response.WriteAsync(FeatureFlags.IsOn("express").ToString())));
                app.MapGet("/throws", (RequestDelegate)(_ => throw new InvalidOperationException("no")));
                app.MapGet("/clears", (RequestDelegate)(context =>
                {
                    context.Response.Clear();
                    context.Response.StatusCode = 418;
                    return Task.CompletedTask;
                }));
            },
            logs: logs is null ? null : builder => builder.AddProvider(logs));

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));

    private static async Task<HttpResponseMessage> SendAsync(TestApp app, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await app.Client.SendAsync(request);
    }
}
