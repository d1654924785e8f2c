using System.Net;
using System.Text.Json;
using Portolan.Core.Problems;

namespace Portolan.Core.Tests.Problems;

public sealed class ProblemTests
{
    [Fact]
    public void A_problem_reads_as_RFC_9457_describes_it()
    {
        var problem = KnownProblems.Invalid(new Dictionary<string, string[]> { ["items[0].quantity"] = ["must be at least 1", "must be a number"] })
            with { RetryAfter = TimeSpan.FromMilliseconds(1_200) };

        using var json = JsonDocument.Parse(problem.ToJson("/orders"));
        var root = json.RootElement;

        Assert.Equal("urn:portolan:problem:validation", root.GetProperty("type").GetString());
        Assert.Equal("Validation failed", root.GetProperty("title").GetString());
        Assert.Equal(400, root.GetProperty("status").GetInt32());
        Assert.Equal("/orders", root.GetProperty("instance").GetString());
        Assert.Equal(2, root.GetProperty("retryAfter").GetInt64());
        Assert.Equal("must be a number", root.GetProperty("errors").GetProperty("items[0].quantity")[1].GetString());
    }

    [Fact]
    public void What_a_problem_says_can_be_read_as_it_stands() => Assert.Contains(
        "\"detail\":\"'ü' & <b> + … \\\"quoted\\\"\"", System.Text.Encoding.UTF8.GetString(new Problem("x", "X", 400, "'ü' & <b> + … \"quoted\"").ToJson()), StringComparison.Ordinal);

    [Fact]
    public async Task Of_a_path_that_is_too_long_the_beginning_is_told()
    {
        await using var server = await RawHttp.StartAsync(context => new Problem("uri-too-long", "URI too long", 414).ExecuteAsync(context));

        var answer = await server.SendAsync(IPAddress.Loopback, $"GET /{new string('a', 5000)} HTTP/1.1", "Host: localhost");

        Assert.Contains($"\"instance\":\"/{new string('a', 255)}", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('a', 256), answer, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_problem_does_not_have_is_not_there()
    {
        using var json = JsonDocument.Parse(new Problem("gone", "Gone", 410).ToJson());

        Assert.Equal(["type", "title", "status"], json.RootElement.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task A_problem_is_a_response_of_its_own()
    {
        await using var server = await RawHttp.StartAsync(context =>
            KnownProblems.Unavailable("Busy \"now\".", TimeSpan.Zero).ExecuteAsync(context));

        var answer = await server.SendAsync(IPAddress.Loopback, "GET /a%20b HTTP/1.1", "Host: localhost");
        var head = await server.SendAsync(IPAddress.Loopback, "HEAD / HTTP/1.1", "Host: localhost");

        Assert.StartsWith("HTTP/1.1 503", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/problem+json", answer, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 1\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Cache-Control: no-store", answer, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(answer[answer.IndexOf('{', StringComparison.Ordinal)..]);
        Assert.Equal("/a%20b", json.RootElement.GetProperty("instance").GetString());
        Assert.StartsWith("HTTP/1.1 503", head, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_that_has_begun_is_left_alone()
    {
        await using var server = await RawHttp.StartAsync(async context =>
        {
            await context.Response.StartAsync();
            await KnownProblems.Internal().ExecuteAsync(context);
        });

        Assert.StartsWith("HTTP/1.1 200", await server.SendAsync(IPAddress.Loopback, "GET / HTTP/1.1", "Host: localhost"), StringComparison.Ordinal);
    }
}
