using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portolan.Discovery.Registration;
using Portolan.Registry.Catalogue;
using Portolan.Registry.Tests.Server;

namespace Portolan.Discovery.Tests.Registration;

public sealed class RegistrationTests : IDisposable
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
    public async Task A_ready_service_registers_keeps_its_lease_registers_again_and_leaves_first()
    {
        await using var server = await RegistryServer.StartAsync(folder.File("r.db"));
        await using var service = await StartAsync(server.Address, registration =>
        {
            registration.InstanceId = "orders-1";
            registration.Tags.Add("blue");
            registration.Metadata["version"] = "2";
        });
        var registered = (await ChangedAsync(server, 1)).Instances["orders-1"];
        Assert.Equal(("127.0.0.1", new Uri(service.Urls.First()).Port), (registered.Instance.Host, registered.Instance.Port));
        Assert.Equal(("healthy", "blue", "2", 1d), (
            registered.Instance.Status, registered.Instance.Tags.Single(), registered.Instance.Metadata["version"], registered.Instance.LeaseSeconds));

        // Forgotten by the registry: the next heartbeat finds out.
        await server.Catalogue.DeregisterAsync("orders", "orders-1");
        Assert.Single((await ChangedAsync(server, 3)).Instances);

        await log.WaitForAsync("InstanceRegistered", 2);
        await service.StopAsync();
        Assert.Empty(server.Catalogue.Get("orders").Instances);
        Assert.Equal(1, log.Count("InstanceDeregistered"));
    }

    [Fact]
    public async Task Deregistration_comes_before_the_web_server_stops()
    {
        await using var server = await RegistryServer.StartAsync(folder.File("r.db"));
        await using var service = await StartAsync(server.Address);
        await ChangedAsync(server, 1);

        var probe = service.Services.GetServices<IHostedService>().OfType<StopProbe>().Single();
        probe.OnStop = async () =>
        {
            using var http = new HttpClient();
            using var answer = await http.GetAsync(service.Urls.First() + "/", deadline);
            return server.Catalogue.Get("orders").Instances.IsEmpty;
        };
        await service.StopAsync();
        Assert.True(probe.Saw);
    }

    [Fact]
    public async Task A_service_that_is_starting_is_not_registered_and_a_new_status_comes_with_a_heartbeat()
    {
        await using var server = await RegistryServer.StartAsync(folder.File("r.db"));
        var status = "starting";
        var asked = new SemaphoreSlim(0);
        await using var service = await StartAsync(server.Address, registration => registration.Status = (_, _) =>
        {
            asked.Release();
            return ValueTask.FromResult(status);
        });
        await asked.WaitAsync(deadline);
        await asked.WaitAsync(deadline);
        Assert.Equal(1, server.Catalogue.Get("orders").Index);

        status = "healthy";
        Assert.Equal(1, (await ChangedAsync(server, 1)).HealthyCount);
        status = "unhealthy";
        Assert.Equal(0, (await ChangedAsync(server, 2)).HealthyCount);
    }

    [Fact]
    public async Task A_service_that_is_away_is_registered_only_while_it_is_back()
    {
        await using var server = await RegistryServer.StartAsync(folder.File("r.db"));
        var status = "healthy";
        await using var service = await StartAsync(server.Address, registration => registration.Status = (_, _) => ValueTask.FromResult(status));
        Assert.Single((await ChangedAsync(server, 1)).Instances);

        status = RegistrationOptions.Away;
        Assert.Empty((await ChangedAsync(server, 2)).Instances);
        await log.WaitForAsync("InstanceAway");

        status = "healthy";
        Assert.Single((await ChangedAsync(server, 3)).Instances);
        Assert.Equal(1, log.Count("InstanceAway"));
    }

    [Fact]
    public async Task Without_a_server_it_says_so_once_and_registers_when_there_is_one()
    {
        var address = new Uri($"http://127.0.0.1:{Ports.Free()}");
        await using var service = await StartAsync(address);
        await log.WaitForAsync("RegistryLost");

        await using var server = await RegistryServer.StartAsync(folder.File("r.db"), address: address);
        Assert.Single((await ChangedAsync(server, 1)).Instances);
        await log.WaitForAsync("RegistryBack");
        Assert.Equal(1, log.Count("RegistryLost"));
    }

    [Fact]
    public async Task A_refused_registration_says_why_once()
    {
        await using var server = await RegistryServer.StartAsync(folder.File("r.db"));
        await using var service = await StartAsync(server.Address, registration => registration.Metadata["two words"] = "x");
        await log.WaitForAsync("RegistrationRefused");
        Assert.Contains("metadata", log.MessageOf("RegistrationRefused"));
        Assert.Empty(server.Catalogue.Services());
    }

    [Theory]
    [InlineData("http://[::]:0")]
    [InlineData("http://0.0.0.0:0")]
    public async Task A_service_that_listens_everywhere_registers_as_loopback(string listen)
    {
        await using var server = await RegistryServer.StartAsync(folder.File("r.db"));
        await using var service = await StartAsync(server.Address, listen: listen);
        Assert.Equal("127.0.0.1", Assert.Single((await ChangedAsync(server, 1)).Instances).Value.Instance.Host);
    }

    private async Task<ServiceState> ChangedAsync(RegistryServer server, long from) =>
        await server.Catalogue.WatchAsync("orders", from, TimeSpan.FromSeconds(20), deadline) is { } state && state.Index > from
            ? state
            : throw new TimeoutException("Nothing changed.");

    private async Task<WebApplication> StartAsync(
        Uri server, Action<RegistrationOptions>? configure = null, string listen = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseUrls(listen);
        builder.Services.AddDiscovery(options =>
        {
            options.Server = server;
            options.Heartbeat = TimeSpan.FromMilliseconds(100);
        });

        // Told to stop in the reverse order, so it looks right after the registration left.
        builder.Services.AddHostedService<StopProbe>();
        builder.Services.AddServiceRegistration(registration =>
        {
            registration.Service = "orders";
            configure?.Invoke(registration);
        });
        var application = builder.Build();
        application.MapGet("/", () => "here");
        await application.StartAsync();
        return application;
    }

    private sealed class StopProbe : IHostedLifecycleService
    {
        public Func<Task<bool>>? OnStop { get; set; }

        public bool Saw { get; private set; }

        public async Task StoppingAsync(CancellationToken cancellationToken) => Saw = OnStop is not null && await OnStop();

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
