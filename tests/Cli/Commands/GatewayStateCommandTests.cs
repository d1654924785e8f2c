using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Discovery;
using Portolan.Proxy;
using Portolan.Proxy.Caching;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Flags;
using Portolan.Proxy.Mirroring;

namespace Portolan.Cli.Tests.Commands;

/// <summary><c>portolan cache</c>, <c>flag</c>, <c>mirror</c> and <c>breaker</c>, of a real gateway.</summary>
public sealed class GatewayStateCommandTests : IAsyncLifetime
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder folder = new();
    private readonly List<WebApplication> running = [];
    private string address = "";
    private string old = "";

    public async ValueTask InitializeAsync()
    {
        old = await StartAsync(_ => { }, app => app.Run(context => context.Response.WriteAsJsonAsync(new { price = 1 })));
        var next = await StartAsync(_ => { }, app => app.Run(context => context.Response.WriteAsJsonAsync(new { price = 2 })));
        address = await StartAsync(
            services =>
            {
                services.AddDiscovery(discovery => (discovery.Services["old"], discovery.Services["next"]) = ([old], [next]));
                services.AddGateway(new GatewayConfig
                {
                    Flags = [new FlagConfig { Name = "fast", Percent = 10, Always = ["ann", "bob"] }, new FlagConfig { Name = "slow" }],
                    Routes =
                    [
                        new RouteConfig { Name = "kept", Path = "/kept/{id}", Service = "old", Cache = new CacheConfig { TimeToLive = TimeSpan.FromMinutes(5) } },
                        new RouteConfig { Name = "copied", Path = "/copied", Service = "old", Mirror = new MirrorConfig { Service = "next", Compare = new CompareConfig() } },
                    ],
                });
            },
            app => app.UseGateway());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in Enumerable.Reverse(running))
        {
            await app.DisposeAsync();
        }

        folder.Dispose();
    }

    [Fact]
    public async Task What_is_kept_is_shown_and_purged()
    {
        await AskAsync("/kept/1", "/kept/2");
        Assert.Matches("ROUTE +ENTRIES +BYTES *\nkept +2 +[0-9]+ *\n2 answers, ", await RunAsync("cache", "show"));
        Assert.Equal("1 answer removed.\n", await RunAsync("cache", "purge", "--path", "/kept/1"));
        Assert.Equal("1 answer removed.\n", await RunAsync("cache", "purge", "--all"));
        Assert.StartsWith("Nothing is kept.\n", await RunAsync("cache", "show"));
    }

    [Fact]
    public async Task Flags_are_shown_switched_and_reset()
    {
        Assert.Matches("FLAG +ON FOR +ALWAYS FOR +REQUESTS +ON *\nfast +10 % +ann, bob +0 +0 *\nslow +0 % +0 +0 *\n", await RunAsync("flag", "list"));
        Assert.Matches("slow +100 % +0 +0 +changed by hand\n", await RunAsync("flag", "set", "slow", "on"));
        await AskAsync("/kept/1");
        Assert.Matches("slow +25 % +1 +1 +changed by hand\n", await RunAsync("flag", "set", "slow", "25%"));
        Assert.Matches("slow +0 % +1 +1 *\n", await RunAsync("flag", "reset", "slow"));
        var console = new Console(folder.Path);
        Assert.Equal(2, await console.RunAsync(["flag", "set", "slow", "maybe", "--gateway", address]));
        Assert.StartsWith("A flag is set to on, off or a percentage like 25, not 'maybe'.", console.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--all --route kept")]
    public async Task A_purge_says_what_it_means(string options)
    {
        var console = new Console(folder.Path);
        Assert.Equal(2, await console.RunAsync(["cache", "purge", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--gateway", address]));
        Assert.StartsWith("Say what to purge: ", console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_mirrors_found_is_shown()
    {
        await AskAsync("/copied");
        var list = "";
        while (!list.Contains("copied   next      0      1", StringComparison.Ordinal))
        {
            Token.ThrowIfCancellationRequested();
            list = await RunAsync("mirror", "list");
        }

        var shown = await RunAsync("mirror", "show", "copied");
        Assert.Contains("     1  body.price\n", shown, StringComparison.Ordinal);
        Assert.Contains("  body.price: 1 | 2\n", shown, StringComparison.Ordinal);

        var console = new Console(folder.Path);
        Assert.Equal(1, await console.RunAsync("mirror", "show", "other", "--gateway", address));
        Assert.Equal("No route 'other' is mirrored. See 'portolan mirror list'.\n", console.Error);
    }

    [Fact]
    public async Task Its_circuits_are_shown_and_forced()
    {
        await AskAsync("/copied");
        var place = new Uri(address).Authority;
        var circuit = $"old/{new Uri(old).Authority}";
        Assert.Matches($"\ngateway +{place} +{circuit} +closed ", await RunAsync("breaker", "list"));
        var json = await RunAsync("breaker", "list", "--json");
        Assert.Contains("+00:00\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain("\\u", json, StringComparison.Ordinal);

        Assert.Equal($"{circuit} in the gateway at {place} is isolated.\n", await RunAsync("breaker", "open", "gateway", circuit));
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync("/copied"));
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        Assert.Equal($"{circuit} in the gateway at {place} is closed.\n", await RunAsync("breaker", "reset", "gateway", circuit));
        await AskAsync("/copied");
    }

    private async Task<string> StartAsync(Action<IServiceCollection> services, Action<WebApplication> use)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        services(builder.Services);
        var app = builder.Build();
        use(app);
        running.Add(app);
        await app.StartAsync();
        return app.Urls.Single();
    }

    private async Task AskAsync(params string[] paths)
    {
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        foreach (var path in paths)
        {
            await client.GetStringAsync(path, Token);
        }
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var console = new Console(folder.Path);
        Assert.Equal(0, await console.RunAsync([.. arguments, "--gateway", address]));
        return console.Out;
    }
}
