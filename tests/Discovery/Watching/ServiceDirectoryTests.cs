using Portolan.Registry;
using Portolan.Registry.Catalogue;
using Portolan.Registry.Tests.Server;
using static Portolan.Registry.Tests.Server.OpenCatalogue;

namespace Portolan.Discovery.Tests.Watching;

public sealed class ServiceDirectoryTests : IDisposable
{
    private readonly CancellationToken deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    private readonly TemporaryFolder folder = new();
    private readonly EventLog log = new();

    public void Dispose()
    {
        log.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task The_first_lookup_knows_and_later_ones_see_changes()
    {
        await using var server = await RegistryServer.StartAsync(folder.File("r.db"));
        await server.Catalogue.RegisterAsync("orders", An("a") with { Tags = ["blue"], Metadata = new() { ["version"] = "2" } });
        await using var directory = Directory(server.Address);

        var first = await directory.GetAsync("orders");
        var instance = Assert.Single(first.Instances);
        Assert.Equal(("a", "127.0.0.1", 5001, true, "healthy", "blue", "2"), (
            instance.Id, instance.Host, instance.Port, instance.Healthy, instance.Status, instance.Tags.Single(), instance.Metadata["version"]));
        Assert.False(first.Stale);

        await server.Catalogue.RegisterAsync("orders", An("b", 5002, "starting"));
        var both = await directory.WaitForAsync("orders", snapshot => snapshot.Instances.Count == 2, deadline);
        Assert.False(both.Instances[1].Healthy);
        Assert.True(directory.GetAsync("orders").AsTask().IsCompletedSuccessfully);
        await server.Catalogue.DeregisterAsync("orders", "a");
        await directory.WaitForAsync("orders", snapshot => snapshot.Instances.Count == 1 && snapshot.Instances[0].Id == "b", deadline);
    }

    [Fact]
    public async Task When_the_server_dies_the_last_set_serves_and_when_it_is_back_changes_arrive_again()
    {
        var server = await RegistryServer.StartAsync(folder.File("r.db"));
        var address = server.Address;
        await server.Catalogue.RegisterAsync("orders", An("a"));
        await using var directory = Directory(address);
        await directory.GetAsync("orders");
        await directory.GetAsync("inventory");

        await server.DisposeAsync();
        var stale = await directory.WaitForAsync("orders", snapshot => snapshot.Stale, deadline);
        Assert.Equal("a", Assert.Single(stale.Instances).Id);

        await using var again = await RegistryServer.StartAsync(folder.File("r.db"), address: address);
        await again.Catalogue.RegisterAsync("orders", An("b"));
        var fresh = await directory.WaitForAsync("orders", snapshot => snapshot.Instances.Count == 2, deadline);
        Assert.False(fresh.Stale);
        await directory.WaitForAsync("inventory", snapshot => !snapshot.Stale, deadline);

        // The set is there a moment before the line about it.
        await log.WaitForAsync("RegistryBack");
        Assert.Equal(1, log.Count("RegistryLost"));
        Assert.Equal(1, log.Count("RegistryBack"));
    }

    [Fact]
    public async Task A_server_that_lost_its_memory_does_not_empty_what_is_known()
    {
        var server = await RegistryServer.StartAsync(folder.File("r.db"));
        var address = server.Address;
        await server.Catalogue.RegisterAsync("orders", An("a"));
        await server.Catalogue.HeartbeatAsync("orders", "a", "degraded");
        await using var directory = Directory(address);
        await directory.GetAsync("orders");
        await server.DisposeAsync();

        await using var forgetful = await RegistryServer.StartAsync(folder.File("other.db"), address: address);
        await log.WaitForAsync("RegistryDoubted");
        var held = await directory.GetAsync("orders");
        Assert.Equal("a", Assert.Single(held.Instances).Id);
        Assert.True(held.Stale);

        await forgetful.Catalogue.RegisterAsync("orders", An("c"));
        var heard = await directory.WaitForAsync("orders", snapshot => snapshot.Instances[0].Id == "c", deadline);
        Assert.False(heard.Stale);
    }

    [Fact]
    public async Task Without_a_server_the_first_lookup_ends_at_once_with_what_is_configured()
    {
        var services = new Dictionary<string, string[]> { ["orders"] = ["http://127.0.0.1:5001", "http://127.0.0.1:5002"] };
        await using var directory = Directory(new Uri($"http://127.0.0.1:{Ports.Free()}"), options => options.Services = services);
        var snapshot = await directory.GetAsync("orders");
        Assert.Equal([5001, 5002], snapshot.Instances.Select(instance => instance.Port));
        Assert.True(snapshot.Stale);
        Assert.Empty((await directory.GetAsync("inventory")).Instances);
        Assert.Equal(["orders"], await directory.ServicesAsync());
        await log.WaitForAsync("RegistryLost");
        Assert.Contains("portolan server", log.MessageOf("RegistryLost"));
    }

    [Fact]
    public async Task A_server_that_hangs_holds_up_the_first_lookup_for_its_timeout_only()
    {
        using var deaf = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        deaf.Start();
        var address = new Uri($"http://127.0.0.1:{((System.Net.IPEndPoint)deaf.LocalEndpoint).Port}");
        var clock = new ManualClock();
        await using var directory = new ServiceDirectory(new DiscoveryOptions { Server = address }, clock, Random.Shared, log);
        var lookup = directory.GetAsync("orders").AsTask();
        using var connection = await deaf.AcceptTcpClientAsync(deadline);
        await clock.SomebodyWaitsAsync();
        Assert.False(lookup.IsCompleted);

        // The lookup's timer may not be set yet when the request's is: time passes until both are.
        while (!lookup.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Empty((await lookup).Instances);
    }

    [Fact]
    public async Task A_registry_that_takes_no_more_watchers_is_asked_from_time_to_time()
    {
        await using var server = await RegistryServer.StartAsync(folder.File("r.db"), options => options.MaximumWatchers = 0);
        await server.Catalogue.RegisterAsync("orders", An("a"));
        await using var directory = Directory(server.Address, options => options.CacheFor = TimeSpan.FromMilliseconds(100));
        Assert.Single((await directory.GetAsync("orders")).Instances);
        await server.Catalogue.RegisterAsync("orders", An("b"));
        Assert.False((await directory.WaitForAsync("orders", snapshot => snapshot.Instances.Count == 2, deadline)).Stale);
        Assert.Equal(0, log.Count("RegistryLost"));
    }

    [Fact]
    public async Task The_names_of_all_services_are_known()
    {
        await using var server = await RegistryServer.StartAsync(folder.File("r.db"));
        await server.Catalogue.RegisterAsync("orders", An("a"));
        await server.Catalogue.RegisterAsync("inventory", An("i"));
        await using var directory = Directory(server.Address, options => options.Services["catalog"] = ["http://127.0.0.1:5009"]);
        Assert.Equal(["catalog", "inventory", "orders"], await directory.ServicesAsync());
    }

    private ServiceDirectory Directory(Uri server, Action<DiscoveryOptions>? configure = null)
    {
        var options = new DiscoveryOptions { Server = server };
        configure?.Invoke(options);
        return new ServiceDirectory(options, TimeProvider.System, Random.Shared, log);
    }
}
