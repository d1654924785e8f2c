using System.Net;
using Microsoft.AspNetCore.Http;
using Portolan.Proxy.Caching.Filling;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Tests.Fixtures;

namespace Portolan.Proxy.Tests.Caching;

/// <summary>One fetches for all who ask the same; how slowly that one reads is nobody else's concern.</summary>
public sealed class SlowLeaderTests : IAsyncLifetime
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly byte[] body = new byte[600_000];
    private readonly TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Upstream service = null!;
    private Gateway gateway = null!;
    private bool breaksOff;
    private int asked;

    public async ValueTask InitializeAsync()
    {
        Random.Shared.NextBytes(body);
        service = await Upstream.StartAsync(async context =>
        {
            var first = Interlocked.Increment(ref asked) == 1;
            arrived.TrySetResult();
            await gate.Task;
            context.Response.Headers.CacheControl = "public, max-age=60";
            for (var sent = 0; sent < body.Length; sent += 20_000)
            {
                await context.Response.Body.WriteAsync(body.AsMemory(sent, 20_000), Token);
                await context.Response.Body.FlushAsync(Token);
                if (breaksOff && first && sent > body.Length / 2)
                {
                    context.Abort();
                    return;
                }
            }
        });
        var config = ConfigText.Read("routes: [{ path: '/{**rest}', service: backend, cache: { collapseTimeout: 2m } }]");
        gateway = await Gateway.StartAsync(
            config, discovery => discovery.Services["backend"] = [service.Address],
            services => Microsoft.Extensions.DependencyInjection.OptionsServiceCollectionExtensions.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(
                services, kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2)));
    }

    public async ValueTask DisposeAsync()
    {
        await gateway.DisposeAsync();
        await service.DisposeAsync();
    }

    [Fact]
    public async Task Who_comes_when_the_leader_has_stopped_reading_is_answered()
    {
        gate.SetResult();
        using var leader = await LeadAsync();
        Assert.Equal("200", await leader.ResultAsync(1));

        Assert.Equal(body, await FollowAsync().WaitAsync(Patience, Token));
    }

    [Fact]
    public async Task Who_waits_already_is_answered_with_what_the_leader_asked_for()
    {
        using var leader = await LeadAsync();
        await arrived.Task.WaitAsync(Patience, Token);
        var following = Enumerable.Range(0, 5).Select(_ => FollowAsync()).ToList();
        while (gateway.Part<Flights>().Waiting < 5)
        {
            await Task.Yield();
        }

        gate.SetResult();

        Assert.All(await Task.WhenAll(following).WaitAsync(Patience, Token), seen => Assert.Equal(body, seen));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_leader_that_reads_late_gets_all_of_it()
    {
        using var request = Question();
        var leading = gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        await arrived.Task.WaitAsync(Patience, Token);
        var following = FollowAsync();
        while (gateway.Part<Flights>().Waiting < 1)
        {
            await Task.Yield();
        }

        gate.SetResult();
        Assert.Equal(body, await following.WaitAsync(Patience, Token));
        using var late = await leading;
        Assert.Equal(body, await late.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_holds_nobody_and_leaves_nothing_behind()
    {
        breaksOff = true;
        using var leader = await LeadAsync();
        await arrived.Task.WaitAsync(Patience, Token);
        var following = FollowAsync();
        while (gateway.Part<Flights>().Waiting < 1)
        {
            await Task.Yield();
        }

        gate.SetResult();

        // The second answer is whole.
        Assert.Equal(body, await following.WaitAsync(Patience, Token));
        Assert.Equal(body, await FollowAsync().WaitAsync(Patience, Token));
        Assert.Equal(2, asked);
    }

    private async Task<RawHttp2> LeadAsync()
    {
        // It never grants more than the first 64 KiB.
        var leader = await RawHttp2.ConnectAsync(gateway.Address);
        await leader.SendHeadersAsync(1, end: true, (":method", "GET"), (":scheme", "http"), (":authority", gateway.Address.Authority), (":path", "/big"));
        return leader;
    }

    private HttpRequestMessage Question() =>
        new(HttpMethod.Get, new Uri(gateway.Address, "/big")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private async Task<byte[]> FollowAsync()
    {
        using var request = Question();
        using var answer = await gateway.Client.SendAsync(request, Token);
        return await answer.Content.ReadAsByteArrayAsync(Token);
    }
}
