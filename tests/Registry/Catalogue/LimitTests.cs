using Portolan.Registry.Tests.Server;
using static Portolan.Registry.Tests.Server.OpenCatalogue;

namespace Portolan.Registry.Tests.Catalogue;

public sealed class LimitTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualClock clock = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_full_registry_refuses_new_names_and_instances_but_changes_known_ones()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock, new RegistryOptions { MaximumServices = 1, MaximumInstances = 1 });
        Assert.NotNull(await open.Catalogue.RegisterAsync("orders", An("a")));
        Assert.Null(await open.Catalogue.RegisterAsync("orders", An("b")));
        Assert.Null(await open.Catalogue.RegisterAsync("inventory", An("i")));
        Assert.NotNull(await open.Catalogue.RegisterAsync("orders", An("a", port: 5002)));
    }

    [Fact]
    public async Task Changes_at_the_same_time_are_all_kept_and_each_has_its_index()
    {
        await using (var open = await LoadAsync(folder.File("r.db"), clock))
        {
            await Task.WhenAll(Enumerable.Range(0, 200).Select(number =>
                open.Catalogue.RegisterAsync(number % 2 == 0 ? "orders" : "inventory", An($"i{number}")).AsTask()));
        }

        await using var after = await LoadAsync(folder.File("r.db"), clock);
        Assert.All(["orders", "inventory"], service =>
        {
            Assert.Equal(100, after.Catalogue.Get(service).Instances.Count);
            Assert.Equal(101, after.Catalogue.Get(service).Index);
        });
    }

    [Fact]
    public async Task A_thousand_leases_that_end_together_are_taken_out_together()
    {
        await using var open = await LoadAsync(folder.File("r.db"), clock);
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(number =>
            open.Catalogue.RegisterAsync($"service-{number % 50}", An($"i{number}")).AsTask()));
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1000, await open.Catalogue.ExpireAsync());
        Assert.Equal(21 + 1, open.Catalogue.Get("service-7").Index);
    }
}
