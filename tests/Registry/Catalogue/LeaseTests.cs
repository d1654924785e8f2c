using Microsoft.Extensions.Logging;
using Portolan.Registry.Catalogue;
using Portolan.Registry.Tests.Server;
using static Portolan.Registry.Tests.Server.OpenCatalogue;

namespace Portolan.Registry.Tests.Catalogue;

public sealed class LeaseTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualClock clock = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_lease_that_is_not_renewed_expires()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        await open.Catalogue.RegisterAsync("orders", An("a"));
        await open.Catalogue.RegisterAsync("orders", An("b"));

        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.NotNull(await open.Catalogue.HeartbeatAsync("orders", "b", null));
        clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(1, open.Catalogue.Get("orders").HealthyCount);
        Assert.Equal(1, await open.Catalogue.ExpireAsync());
        Assert.Equal(["b"], open.Catalogue.Get("orders").Instances.Keys);
        Assert.Null(await open.Catalogue.HeartbeatAsync("orders", "a", null));
    }

    [Fact]
    public async Task A_lease_that_is_renewed_lives_on()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        await open.Catalogue.RegisterAsync("orders", An("a"));
        for (var beat = 0; beat < 20; beat++)
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            Assert.NotNull(await open.Catalogue.HeartbeatAsync("orders", "a", "healthy"));
            Assert.Equal(0, await open.Catalogue.ExpireAsync());
        }

        Assert.Equal(2, open.Catalogue.Get("orders").Index);
    }

    [Fact]
    public async Task Registering_the_same_again_renews_and_changes_nothing()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        var first = await open.Catalogue.RegisterAsync("orders", An("a"));
        clock.Advance(TimeSpan.FromSeconds(29));
        var again = await open.Catalogue.RegisterAsync("orders", An("a"));

        Assert.Equal(2, open.Catalogue.Get("orders").Index);
        Assert.Equal(first!.Instance.RegisteredAt, again!.Instance.RegisteredAt);
        Assert.Equal(TimeSpan.FromSeconds(30), again.Lease.Remaining);
    }

    [Fact]
    public async Task The_timer_takes_out_who_sends_no_heartbeat()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        using var log = new EventLog();
        using var sweeper = new LeaseSweeper(open.Catalogue, new RegistryOptions(), clock, new Logger<LeaseSweeper>(log));
        await sweeper.StartAsync(default);
        await open.Catalogue.RegisterAsync("orders", An("a"));

        await PassAsync(TimeSpan.FromSeconds(29.5));
        Assert.Single(open.Catalogue.Get("orders").Instances);
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.Empty(open.Catalogue.Get("orders").Instances);
        await sweeper.StopAsync(default);
    }

    [Fact]
    public async Task A_registry_that_did_not_run_for_a_while_expires_nobody()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        using var log = new EventLog();
        using var sweeper = new LeaseSweeper(open.Catalogue, new RegistryOptions(), clock, new Logger<LeaseSweeper>(log));
        await sweeper.StartAsync(default);
        await open.Catalogue.RegisterAsync("orders", An("a"));

        // A suspended process sees one long step: its timer is late by all of it.
        await clock.SomebodyWaitsAsync();
        clock.Jump(TimeSpan.FromMinutes(10));
        await clock.SomebodyWaitsAsync();
        Assert.Equal(1, log.Count("RegistryPaused"));
        Assert.Equal(1, open.Catalogue.Get("orders").HealthyCount);

        await PassAsync(TimeSpan.FromSeconds(31));
        Assert.Empty(open.Catalogue.Get("orders").Instances);
        await sweeper.StopAsync(default);
    }

    private async Task PassAsync(TimeSpan time)
    {
        var step = new RegistryOptions().SweepInterval;
        for (var passed = TimeSpan.Zero; passed < time; passed += step)
        {
            await clock.SomebodyWaitsAsync();
            clock.Advance(step);
        }

        await clock.SomebodyWaitsAsync();
    }
}
