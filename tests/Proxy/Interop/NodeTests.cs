using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Portolan.Proxy.Tests.Interop;

/// <summary>The service is Node's own HTTP server.</summary>
public sealed class NodeTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_comes_back_while_it_is_sent(bool declared)
    {
        var (node, address) = await NodeScripts.ServeAsync("backend.js");
        await using var serving = node;
        await using var gateway = await Gateways.StartAsync(address);
        var sent = RandomNumberGenerator.GetBytes(5_000_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo") { Content = new ByteArrayContent(sent) };
        request.Headers.TransferEncodingChunked = declared ? null : true;
        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);

        Assert.Equal(declared ? "5000000" : "chunked", response.Headers.GetValues("X-Framing").Single());
        Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task Trailers_reach_a_client_on_HTTP_2()
    {
        var (node, address) = await NodeScripts.ServeAsync("backend.js");
        await using var serving = node;
        await using var gateway = await Gateways.StartAsync(address, http2: true);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Address, "/trailers")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await gateway.Client.SendAsync(request, Token);

        Assert.Equal("one two", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal("42", response.TrailingHeaders.GetValues("X-Sum").Single());
    }

    [Fact]
    public async Task What_it_answers_before_instead_of_and_without_a_body_is_understood()
    {
        var (node, address) = await NodeScripts.ServeAsync("backend.js");
        await using var serving = node;
        await using var gateway = await Gateways.StartAsync(address);
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal("after hints", await gateway.Client.GetStringAsync("/hints", Token));
            using var nothing = await gateway.Client.GetAsync("/nothing", Token);
            Assert.Equal(HttpStatusCode.NoContent, nothing.StatusCode);
            using var none = await gateway.Client.GetAsync("/none", Token);
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
            using var early = await gateway.Client.PostAsync("/early", new ByteArrayContent(new byte[3_000_000]), Token);
            Assert.Equal("too much", await early.Content.ReadAsStringAsync(Token));
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => gateway.Client.GetStringAsync("/broken", Token));
        }
    }

    [Fact]
    public async Task Events_come_one_by_one_and_the_service_hears_when_nobody_listens_any_more()
    {
        var (node, address) = await NodeScripts.ServeAsync("backend.js");
        await using var serving = node;
        await using var gateway = await Gateways.StartAsync(address);
        using (var response = await gateway.Client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead, Token))
        {
            await using var events = await response.Content.ReadAsStreamAsync(Token);
            var buffer = new byte[100];
            Assert.Equal("data: first\n\n", Encoding.ASCII.GetString(buffer, 0, await events.ReadAsync(buffer, Token)));
            Assert.Equal("data: second\n\n", Encoding.ASCII.GetString(buffer, 0, await events.ReadAsync(buffer, Token)));
        }

        using var time = CancellationTokenSource.CreateLinkedTokenSource(Token);
        time.CancelAfter(TimeSpan.FromSeconds(30));
        while (await gateway.Client.GetStringAsync("/closed", time.Token) != "true")
        {
        }
    }
}
