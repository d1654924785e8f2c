using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Edge;

/// <summary>What .NET would take for a number and another server for something else, with a second request behind it.</summary>
public sealed class LengthAttackTests
{
    [Theory]
    [InlineData("Content-Length: 100000000000000000000000000003", "abc")]
    [InlineData("Content-Length: +3", "abc")]
    [InlineData("Content-Length: -0", "")]
    [InlineData("Content-Length: +0", "")]
    [InlineData("Content-Length: \u000b3", "abc")]
    [InlineData("Content-Length: \u000c3", "abc")]
    [InlineData("Content-Length: 3\u000b", "abc")]
    [InlineData("Content-Length: 3\u000c", "abc")]
    [InlineData("Content-Length: 3\0", "abc")]
    [InlineData("Content-Length: 3 3", "abc")]
    [InlineData("Content-Length: 3;", "abc")]
    [InlineData("Content-Length: \u00b3", "abc")]
    [InlineData("Content-Length:", "")]
    public async Task A_length_that_is_not_digits_alone_is_refused_and_ends_the_connection(string header, string body)
    {
        var came = 0;
        await using var service = await Upstream.StartAsync(_ =>
        {
            came++;
            return Task.CompletedTask;
        });
        await using var gateway = await Gateway.InFrontOfAsync(service.Address);
        using var client = await RawClient.ConnectAsync(gateway.Address);
        await client.SendAsync($"POST /x HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n{body}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
        var seen = await client.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 400 ", seen);
        Assert.Equal(1, seen.Split("HTTP/1.1 ").Length - 1);
        Assert.Equal(0, came);
    }

    [Fact]
    public async Task Zeros_in_front_are_digits()
    {
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateway.InFrontOfAsync(echo.Address);

        Assert.Contains("Content-Length: 3\n", await gateway.SendRawAsync("POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0003\r\n\r\nabc"));
    }
}
