using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Portolan.Resilience.FaultInjection;

namespace Portolan.Resilience.Tests.FaultInjection;

public sealed class FaultEndpointsTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fault_is_set_listed_and_cleared_and_each_change_is_a_line_in_the_log()
    {
        await using var server = await FaultServer.StartAsync();
        using var set = await server.PutAsync("game-day", new
        {
            latencyMilliseconds = 2000, status = 503, abort = false, share = 1.0, path = "/api/stock", header = "X-Game-Day", seconds = 60,
        });
        const string Rule = """{"name":"game-day","latencyMilliseconds":2000,"status":503,"error":false,"abort":false,"share":1,"path":"/api/stock","header":"X-Game-Day","seconds":60,"hits":0}""";
        Assert.Equal((HttpStatusCode.OK, Rule), (set.StatusCode, await set.Content.ReadAsStringAsync(Token)));

        server.Clock.Advance(TimeSpan.FromSeconds(19.5));
        Assert.Equal(
            $$"""{"faults":[{{Rule.Replace(":60,", ":41,", StringComparison.Ordinal)}}]}""", await server.Http.GetStringAsync("/portolan/faults", Token));

        using var cleared = await server.Http.DeleteAsync("/portolan/faults/game-day", Token);
        using var again = await server.Http.DeleteAsync("/portolan/faults/game-day", Token);
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (cleared.StatusCode, again.StatusCode));
        Assert.Equal("""{"faults":[]}""", await server.Http.GetStringAsync("/portolan/faults", Token));
        Assert.Equal(
            [
                "Operator at 127.0.0.1 set fault game-day: 2000 ms late, status 503, path /api/stock, header X-Game-Day, for 60 s",
                "Operator at 127.0.0.1 cleared fault game-day: 1 ended",
            ],
            server.Log);
    }

    [Fact]
    public async Task All_are_cleared_at_once()
    {
        await using var server = await FaultServer.StartAsync();
        using var first = await server.PutAsync("a", new { abort = true });
        using var second = await server.PutAsync("b", new { error = true });
        using var cleared = await server.Http.DeleteAsync("/portolan/faults", Token);
        Assert.Equal(HttpStatusCode.NoContent, cleared.StatusCode);
        Assert.Empty(server.Faults.All);
        Assert.Equal("Operator at 127.0.0.1 cleared fault every one: 2 ended", server.Log[^1]);
    }

    [Fact]
    public async Task Every_field_that_is_wrong_is_named_at_once()
    {
        await using var server = await FaultServer.StartAsync();
        using var answer = await server.PutAsync("a%2Fb", new
        {
            latencyMilliseconds = "slow", status = 200, abort = 1, share = 1.5, path = "api", header = "", seconds = 1e12, delay = 1, error = (string?)null,
        });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("errors");
        Assert.Equal(
            ["abort", "delay", "header", "latencyMilliseconds", "name", "path", "seconds", "share", "status"],
            errors.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal));
        Assert.Equal("Give a status of 400 to 599.", Assert.Single(errors.GetProperty("status").EnumerateArray()).GetString());
        Assert.Empty(server.Faults.All);
        Assert.Empty(server.Log);
    }

    [Theory]
    [InlineData("", "malformed-request")]
    [InlineData("{", "malformed-request")]
    [InlineData("[]", "malformed-request")]
    [InlineData("""{"status":503,"status":500}""", "malformed-request")]
    [InlineData("{}", "validation")]
    [InlineData("""{"seconds":60}""", "validation")]
    [InlineData("""{"status":503.5}""", "validation")]
    [InlineData("""{"status":1e999}""", "validation")]
    [InlineData("""{"latencyMilliseconds":-1e999}""", "validation")]
    [InlineData("""{"latencyMilliseconds":3600001}""", "validation")]
    [InlineData("""{"status":503,"seconds":0}""", "validation")]
    [InlineData("""{"status":503,"seconds":86401}""", "validation")]
    [InlineData("""{"status":503,"abort":true}""", "validation")]
    public async Task Nonsense_is_refused_and_sets_nothing(string body, string problem)
    {
        await using var server = await FaultServer.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await server.Http.PutAsync("/portolan/faults/game-day", content, Token);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("urn:portolan:problem:" + problem, await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Empty(server.Faults.All);
    }

    [Fact]
    public async Task More_than_a_hundred_are_refused()
    {
        await using var server = await FaultServer.StartAsync();
        for (var number = 0; number < 100; number++)
        {
            server.Faults.Set(new FaultRule($"{number}") { Abort = true });
        }

        using var answer = await server.PutAsync("more", new { abort = true });
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
    }

    [Theory]
    [InlineData("Production", false, HttpStatusCode.Forbidden)]
    [InlineData("Production", true, HttpStatusCode.OK)]
    [InlineData("Staging", false, HttpStatusCode.OK)]
    public async Task Production_has_to_ask_for_it(string environment, bool allow, HttpStatusCode expected)
    {
        await using var server = await FaultServer.StartAsync(environment, new FaultOptions { AllowInProduction = allow });
        using var answer = await server.PutAsync("game-day", new { status = 503 });
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(!allow && environment == "Production", (await answer.Content.ReadAsStringAsync(Token)).Contains("Portolan:FaultInjection=true", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET", "/portolan/faults")]
    [InlineData("PUT", "/portolan/faults/other")]
    [InlineData("DELETE", "/portolan/faults/game-day")]
    [InlineData("DELETE", "/portolan/faults")]
    public async Task Operators_are_on_this_machine(string method, string path)
    {
        await using var server = await FaultServer.StartAsync();
        server.Faults.Set(new FaultRule("game-day") { Abort = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = JsonContent.Create(new { abort = true }) };
        request.Headers.Add("X-Forwarded-For", "10.0.0.1");
        using var answer = await server.Http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("game-day", Assert.Single(server.Faults.All).Rule.Name);
    }
}
