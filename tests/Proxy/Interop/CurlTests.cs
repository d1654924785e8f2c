using System.Security.Cryptography;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Interop;

/// <summary>The client is curl.</summary>
public sealed class CurlTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("--http1.0", "1.1")]
    [InlineData("--http1.1", "1.1")]
    [InlineData("--http2", "1.1")]
    [InlineData("--http2-prior-knowledge", "2")]
    public async Task Every_version_that_it_speaks_is_answered(string version, string answered)
    {
        var curl = Tool.Find("curl", "curl");
        await using var echo = await Upstream.StartEchoAsync();
        await using var gateway = await Gateways.StartAsync(echo.Address, http2: answered == "2");
        var (sent, posted) = await Tool.RunAsync(curl, "-sS", version, "-w", "|%{http_version} %{http_code}", "-d", "body=1", $"{gateway.Address}1");
        var (asked, got) = await Tool.RunAsync(curl, "-sS", version, "-w", "|%{http_version} %{http_code}", $"{gateway.Address}2?a=b");

        Assert.True(sent == 0 && asked == 0, posted + got);
        Assert.StartsWith("POST /1\n", posted);
        Assert.EndsWith($"\n\nbody=1|{answered} 200", posted);
        Assert.StartsWith("GET /2?a=b\n", got);
        Assert.EndsWith($"|{answered} 200", got);
    }

    [Fact]
    public async Task It_sees_trailers()
    {
        var curl = Tool.Find("curl", "curl");
        using var server = new RawServer(RawServer.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 42\r\n\r\n"));
        await using var gateway = await Gateways.StartAsync(server.Address, http2: true);
        var (exitCode, output) = await Tool.RunAsync(curl, "-s", "--http2-prior-knowledge", "-D", "-", gateway.Address.ToString() + "x");

        Assert.Equal(0, exitCode);
        Assert.Contains("HTTP/2 200", output);
        Assert.Matches("abc\\s*x-sum: 42", output);
    }

    [Theory]
    [InlineData("--http1.1", "-T")]
    [InlineData("--http2-prior-knowledge", "-T")]
    [InlineData("--http1.1", "--data-binary")]
    public async Task A_large_upload_arrives_after_it_was_told_to_go_on(string version, string how)
    {
        var curl = Tool.Find("curl", "curl");
        var sent = RandomNumberGenerator.GetBytes(50_000_000);
        await File.WriteAllBytesAsync(file, sent, TestContext.Current.CancellationToken);
        var (node, address) = await NodeScripts.ServeAsync("backend.js");
        await using var serving = node;
        await using var gateway = await Gateways.StartAsync(address, http2: version != "--http1.1");
        var (exitCode, output) = await Tool.RunAsync(
            curl, "-s", "-v", version, "-H", "Expect: 100-continue", "--expect100-timeout", "60", how, how == "-T" ? file : "@" + file, $"{gateway.Address}digest");

        Assert.Equal(0, exitCode);
        Assert.Contains(Convert.ToHexString(SHA256.HashData(sent)).ToLowerInvariant(), output);
        Assert.True(version != "--http1.1" || output.Contains("HTTP/1.1 100 Continue", StringComparison.Ordinal), output);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_an_error_to_it()
    {
        var curl = Tool.Find("curl", "curl");
        foreach (var answer in new[] { "Content-Length: 10\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n" })
        {
            using var server = new RawServer(RawServer.Answering("HTTP/1.1 200 OK\r\n" + answer));
            await using var one = await Gateways.StartAsync(server.Address);
            await using var two = await Gateways.StartAsync(server.Address, http2: true);

            Assert.NotEqual(0, (await Tool.RunAsync(curl, "-s", $"{one.Address}x")).ExitCode);
            Assert.NotEqual(0, (await Tool.RunAsync(curl, "-s", "--http2-prior-knowledge", $"{two.Address}x")).ExitCode);
        }
    }
}
