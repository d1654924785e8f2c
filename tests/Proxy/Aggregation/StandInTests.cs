using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portolan.Proxy.Tests.Fixtures;
using Portolan.Testing;

namespace Portolan.Proxy.Tests.Aggregation;

/// <summary>What an answer waits for, and what stands in for what does not come.</summary>
public sealed class StandInTests : IAsyncLifetime
{
    private readonly List<Upstream> others = [];
    private readonly VirtualClock clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool broken;
    private string control = "";

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var other in others)
        {
            await other.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("optional: true, timeout: 300ms", "", 300, """{"order":{"id":7},"customer":null,"meta":{"partial":["customer"]}}""")]
    [InlineData("optional: true", "", 2000, """{"order":{"id":7},"customer":null,"meta":{"partial":["customer"]}}""")]
    [InlineData("timeout: 300ms, default: { name: nobody, tags: [1, \"2\", null] }", "", 300, """{"order":{"id":7},"customer":{"name":"nobody","tags":[1,"2",null]},"meta":{"partial":["customer"]}}""")]
    [InlineData("optional: true, timeout: 20s", "1000", 850, """{"order":{"id":7},"customer":null,"meta":{"partial":["customer"]}}""")]
    public async Task A_slow_part_delays_the_answer_by_its_own_time_and_no_more(string part, string patience, int milliseconds, string expected)
    {
        await using var upstream = await StartAsync();
        await using var gateway = await StartAsync(upstream, $"customer: {{ service: slow, path: \"/slow/{{order.id}}\", {part} }}");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x/7");
        if (patience.Length > 0)
        {
            request.Headers.Add("X-Request-Timeout", patience);
        }

        var pending = gateway.Client.SendAsync(request);
        await asked.Task;
        clock.Advance(TimeSpan.FromMilliseconds((milliseconds * 0.8) - 1));
        Assert.False(pending.IsCompleted);

        clock.Advance(TimeSpan.FromMilliseconds(milliseconds * 0.25));
        using var answer = await pending;
        Assert.Equal((HttpStatusCode.OK, expected), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_required_part_has_its_own_time_too()
    {
        await using var upstream = await StartAsync();
        await using var gateway = await StartAsync(upstream, "customer: { service: slow, path: \"/slow/{order.id}\", timeout: 300ms }");

        var pending = gateway.Client.GetAsync("/x/7");
        await asked.Task;
        clock.Advance(TimeSpan.FromMilliseconds(310));
        using var answer = await pending;

        Assert.True((int)answer.StatusCode is 502 or 504);
        Assert.Contains("customer", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Another_service_is_asked_where_the_first_fails()
    {
        await using var upstream = await StartAsync();
        await using var gateway = await StartAsync(upstream, "customer: { service: failing, path: /customers/1, alternative: orders }");

        Assert.Equal("""{"order":{"id":7},"customer":{"name":"Jane"}}""", await gateway.Client.GetStringAsync("/x/7"));
    }

    [Fact]
    public async Task Another_service_has_the_other_half_of_the_time()
    {
        await using var upstream = await StartAsync();
        await using var gateway = await StartAsync(upstream, "customer: { service: slow, path: \"/slow/{order.id}\", alternative: copy, timeout: 1s }");

        var pending = gateway.Client.GetStringAsync("/x/7");
        await asked.Task;
        clock.Advance(TimeSpan.FromMilliseconds(460));

        Assert.Equal("""{"order":{"id":7},"customer":"copy"}""", await pending);
    }

    [Fact]
    public async Task That_something_is_not_found_is_an_answer()
    {
        await using var upstream = await StartAsync();
        await using var gateway = await StartAsync(upstream, "customer: { service: orders, path: /nowhere, alternative: copy, optional: true }");

        Assert.EndsWith("""{"partial":["customer"]}}""", await gateway.Client.GetStringAsync("/x/7"));
    }

    [Fact]
    public async Task An_old_answer_stands_in_for_as_long_as_it_may()
    {
        await using var upstream = await StartAsync();
        await using var gateway = await StartAsync(upstream, "customer: { service: orders, path: /mood, stale: 10m, optional: true }");
        Assert.Equal("""{"order":{"id":7},"customer":"good"}""", await gateway.Client.GetStringAsync("/x/7"));
        broken = true;

        clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(
            """{"order":{"id":7},"customer":"good","meta":{"partial":["customer"],"stale":{"customer":"2026-03-01T12:00:00+00:00"}}}""",
            await gateway.Client.GetStringAsync("/x/7"));

        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("""{"order":{"id":7},"customer":null,"meta":{"partial":["customer"]}}""", await gateway.Client.GetStringAsync("/x/7"));
    }

    [Theory]
    [InlineData("Authorization", "Bearer me", "")]
    [InlineData("Cookie", "session=me", "")]
    [InlineData("X-API-Key", "mine", "")]
    [InlineData("X-Other", "mine", "private")]
    [InlineData("X-Other", "mine", "no-store")]
    public async Task What_is_somebodys_is_not_kept_for_others(string header, string value, string said)
    {
        control = said;
        await using var upstream = await StartAsync();
        await using var gateway = await StartAsync(upstream, "customer: { service: orders, path: /mood, stale: 10m, optional: true }");
        using var mine = new HttpRequestMessage(HttpMethod.Get, "/x/7") { Headers = { { header, value } } };
        using (var answer = await gateway.Client.SendAsync(mine))
        {
            Assert.Contains("\"customer\":\"good\"", await answer.Content.ReadAsStringAsync());
        }

        broken = true;

        Assert.Contains("\"customer\":null", await gateway.Client.GetStringAsync("/x/7"));
    }

    [Theory]
    [InlineData("service: a, path: /b, timeout: 30s", "must be less than the 25500ms that the whole answer has")]
    [InlineData("service: a, path: /b, alternative: a", "is the service itself")]
    [InlineData("service: a, path: /b, alternative: A", "'A' is not a service's name")]
    [InlineData("service: a, path: /b, stale: 2d", "'stale' must be longer than nothing, up to 1d; found '2d'.")]
    [InlineData("service: a, path: /b, each: order.items, stale: 1m", "goes with one answer, not with 'each'")]
    [InlineData("first: order, default: 1", "'first' stands alone")]
    public void What_cannot_be_meant_is_told(string part, string expected) =>
        Assert.Contains(expected, ConfigText.ProblemsOf($"routes: [{{ path: /x, compose: {{ order: {{ service: a, path: /a }}, other: {{ {part} }} }} }}]"), StringComparison.Ordinal);

    private Task<Upstream> StartAsync() => Upstream.StartAsync(async context =>
    {
        switch (context.Request.Path.Value)
        {
            case "/slow/7":
                asked.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
                break;
            case "/mood" when broken:
                context.Response.StatusCode = 500;
                break;
            case "/mood":
                context.Response.Headers.CacheControl = control;
                await context.Response.WriteAsync("\"good\"");
                break;
            case "/orders/7":
                await context.Response.WriteAsync("""{"id":7}""");
                break;
            case "/customers/1":
                await context.Response.WriteAsync("""{"name":"Jane"}""");
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    });

    private async Task<Gateway> StartAsync(Upstream upstream, string part)
    {
        var copy = await Upstream.StartAsync(context => context.Response.WriteAsync("\"copy\""));
        var failing = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        others.AddRange([copy, failing]);
        return await Gateway.StartAsync(
            $"routes: [{{ path: \"/x/{{id}}\", compose: {{ order: {{ service: orders, path: \"/orders/{{id}}\" }}, {part} }} }}]",
            services => services.AddSingleton<TimeProvider>(clock),
            ("orders", [upstream.Address]), ("slow", [upstream.Address]), ("failing", [failing.Address]), ("copy", [copy.Address]));
    }
}
