using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Sidecar;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Sidecar;

public sealed class AppHealthTests
{
    [Fact]
    public async Task Wrong_answers_make_it_unhealthy_and_the_third_takes_it_out_until_it_is_well()
    {
        var status = 200;
        await using var application = await Upstream.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/well" ? status : 404;
            return Task.CompletedTask;
        });
        using var health = Look(application.Address, "/well");
        Assert.Equal("healthy", await health.StatusAsync(default));

        status = 503;
        Assert.Equal(["unhealthy", "unhealthy", "away", "away"], [await Now(), await Now(), await Now(), await Now()]);

        status = 204;
        Assert.Equal("healthy", await Now());

        async Task<string> Now() => await health.StatusAsync(default);
    }

    [Fact]
    public async Task Where_nobody_listens_it_is_away_at_once()
    {
        using var byPath = Look(RawServer.NobodyThere(), "/well");
        using var byConnection = Look(RawServer.NobodyThere(), null);

        Assert.Equal(("away", "away"), (await byPath.StatusAsync(default), await byConnection.StatusAsync(default)));
    }

    [Fact]
    public async Task Without_a_path_a_connection_is_enough()
    {
        using var silent = new RawServer(_ => Task.CompletedTask);
        using var health = Look(silent.Address, null);

        Assert.Equal("healthy", await health.StatusAsync(default));
    }

    [Fact]
    public async Task One_that_breaks_off_is_unhealthy()
    {
        using var broken = new RawServer(RawServer.Answering("HTTP/1.1 2"));
        using var health = Look(broken.Address, "/well");

        Assert.Equal("unhealthy", await health.StatusAsync(default));
    }

    [Theory]
    [InlineData("127.0.0.1:5000", "http://127.0.0.1:5000", "http://127.0.0.1:5000/")]
    [InlineData(":5000", "http://127.0.0.1:5000", "http://127.0.0.1:5000/")]
    [InlineData("http://app:5000", "http://app:5000", "http://app:5000/")]
    [InlineData("[::1]:5000", "http://[::1]:5000", "http://[::1]:5000/")]
    [InlineData("unix:/run/app.sock", "unix:/run/app.sock", "http://localhost/")]
    public void An_address_is_read(string text, string address, string url)
    {
        Assert.True(AppAddress.TryParse(text, out var read));
        Assert.Equal((address, url), (read.ToString(), read.Url.ToString()));
    }

    [Theory]
    [InlineData("https://127.0.0.1:5000")]
    [InlineData("http://127.0.0.1:5000/path")]
    [InlineData("unix:")]
    [InlineData("a b")]
    public void What_is_no_address_is_refused(string text) => Assert.False(AppAddress.TryParse(text, out _));

    private static AppHealth Look(string address, string? path) =>
        new(AppAddress.TryParse(address, out var app) ? app : throw new ArgumentException(address), path, TimeProvider.System);
}
