using Portolan.Registry.Tests.Server;
using static Portolan.Registry.Tests.Server.OpenCatalogue;

namespace Portolan.Registry.Tests.Catalogue;

public sealed class RestartTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualClock clock = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Instances_and_indexes_survive_a_restart()
    {
        await using (var before = await LoadAsync(folder.File("r.db"), clock))
        {
            await before.Catalogue.RegisterAsync("orders", An("a") with { Tags = ["x"], Metadata = new() { ["version"] = "2" } });
            await before.Catalogue.HeartbeatAsync("orders", "a", "degraded");
            await before.Catalogue.RegisterAsync("gone", An("g"));
            await before.Catalogue.DeregisterAsync("gone", "g");
        }

        await using var after = await LoadAsync(folder.File("r.db"), clock);
        var orders = after.Catalogue.Get("orders");
        Assert.Equal(3, orders.Index);
        var instance = Assert.Single(orders.Instances).Value.Instance;
        Assert.Equal("degraded", instance.Status);
        Assert.Equal(["x"], instance.Tags);
        Assert.Equal("2", instance.Metadata["version"]);

        Assert.Equal(3, after.Catalogue.Get("gone").Index);
        await after.Catalogue.RegisterAsync("gone", An("g"));
        Assert.Equal(4, after.Catalogue.Get("gone").Index);
    }

    [Fact]
    public async Task After_a_restart_everyone_has_one_full_lease_to_be_heard_of()
    {
        await using (var before = await LoadAsync(folder.File("r.db"), clock))
        {
            await before.Catalogue.RegisterAsync("orders", An("a"));
        }

        clock.Advance(TimeSpan.FromHours(5));
        await using var after = await LoadAsync(folder.File("r.db"), clock);
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(0, await after.Catalogue.ExpireAsync());
        Assert.Equal(1, after.Catalogue.Get("orders").HealthyCount);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await after.Catalogue.ExpireAsync());
    }

    [Fact]
    public async Task The_emptiness_of_a_service_not_heard_of_is_excused_for_one_lease_after_a_start()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        Assert.Equal(TimeSpan.FromSeconds(30), open.Catalogue.Grace("orders"));

        await open.Catalogue.RegisterAsync("inventory", An("i"));
        await open.Catalogue.DeregisterAsync("inventory", "i");
        Assert.Equal(TimeSpan.Zero, open.Catalogue.Grace("inventory"));

        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.Zero, open.Catalogue.Grace("orders"));
    }

    [Fact]
    public async Task A_service_that_lost_its_last_instance_is_listed_for_an_hour()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        await open.Catalogue.RegisterAsync("orders", An("a"));
        await open.Catalogue.DeregisterAsync("orders", "a");
        Assert.Equal(clock.GetUtcNow().UtcDateTime, Assert.Single(open.Catalogue.Services()).EmptySince);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(open.Catalogue.Services());
    }
}
