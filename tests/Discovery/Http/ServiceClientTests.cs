using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Core.Correlation;
using Portolan.Core.Flags;
using Portolan.Registry.Tests.Server;
using Portolan.Resilience.Breakers;

namespace Portolan.Discovery.Tests.Http;

public sealed class ServiceClientTests : IDisposable
{
    private readonly EventLog log = new();

    public void Dispose() => log.Dispose();

    [Fact]
    public async Task A_client_named_like_a_service_reaches_its_instances_in_turn()
    {
        await using var one = await EchoService.StartAsync("one");
        await using var two = await EchoService.StartAsync("two");
        await using var services = Services(("inventory", [one.Port, two.Port]));
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient("inventory");

        var answers = new List<string>();
        for (var call = 0; call < 6; call++)
        {
            answers.Add(await http.GetStringAsync("/stock/7?full=1"));
        }

        Assert.Equal(3, answers.Count(answer => answer == "one /stock/7?full=1"));
        Assert.Equal(3, answers.Count(answer => answer == "two /stock/7?full=1"));
        Assert.NotEqual(answers[0], answers[1]);
    }

    [Fact]
    public async Task Any_client_reaches_services_by_name_and_leaves_other_addresses_alone()
    {
        await using var echo = await EchoService.StartAsync("echo");
        await using var services = Services(("inventory", [echo.Port]));
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient();
        Assert.Equal("echo /a", await http.GetStringAsync("http://inventory/a"));
        Assert.Equal("echo /b", await http.GetStringAsync($"http://127.0.0.1:{echo.Port}/b"));
        Assert.Equal("echo /c", await http.GetStringAsync($"http://localhost:{echo.Port}/c"));
    }

    [Fact]
    public Task An_instance_that_was_started_again_elsewhere_is_called_although_its_circuit_was_open() => StartAgainAsync(Ports.Free());

    [Fact]
    public Task An_instance_that_was_started_again_where_it_was_is_called_although_its_circuit_was_open() => StartAgainAsync(0);

    private async Task StartAgainAsync(int elsewhere)
    {
        using var folder = new TemporaryFolder();
        await using var server = await RegistryServer.StartAsync(folder.File("r.db"));
        var port = Ports.Free();
        await server.Catalogue.RegisterAsync("inventory", Started(elsewhere == 0 ? port : elsewhere, "first"));
        await using var services = Services([], configured => configured.Configure<DiscoveryOptions>(discovery => discovery.Server = server.Address));
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient("inventory");
        var breakers = services.GetRequiredService<CircuitBreakers>();
        while (breakers.Find("inventory/inventory-1") is not { State: BreakerState.Open })
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/stock"));
        }

        await using var again = await EchoService.StartAsync("again", port);
        await server.Catalogue.RegisterAsync("inventory", Started(port, "second"));
        await services.GetRequiredService<ServiceDirectory>().WaitForAsync(
            "inventory", snapshot => snapshot.Instances[0].Metadata[ServiceInstance.StartedKey] == "second", new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token);
        Assert.Equal("again /stock", await http.GetStringAsync("/stock"));

        static Portolan.Registry.Catalogue.Instance Started(int port, string when) =>
            OpenCatalogue.An("inventory-1", port) with { Metadata = new() { [ServiceInstance.StartedKey] = when } };
    }

    [Fact]
    public async Task A_connection_that_cannot_be_made_goes_to_another_instance_with_its_body()
    {
        await using var alive = await EchoService.StartAsync("alive");
        await using var services = Services(("inventory", [Ports.Free(), alive.Port]));
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient("inventory");
        for (var call = 0; call < 4; call++)
        {
            using var answer = await http.PostAsync("/reserve", new StringContent("3 pieces"));
            Assert.Equal("alive /reserve 3 pieces", await answer.Content.ReadAsStringAsync());
            Assert.Equal(alive.Port, answer.RequestMessage!.RequestUri!.Port);
        }
    }

    [Fact]
    public async Task A_connection_that_breaks_after_the_request_was_sent_is_not_tried_elsewhere()
    {
        using var rude = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        rude.Start();
        await using var alive = await EchoService.StartAsync("alive");
        await using var services = Services(("inventory", [((IPEndPoint)rude.LocalEndpoint).Port, alive.Port]));
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient("inventory");
        var calls = new[] { http.PostAsync("/reserve", new StringContent("1")), http.PostAsync("/reserve", new StringContent("2")) };
        using (var connection = await rude.AcceptTcpClientAsync())
        {
            await connection.GetStream().ReadAtLeastAsync(new byte[16], 16);
            rude.Stop();
        }

        var outcomes = await Task.WhenAll(calls.Select(call => call.ContinueWith(done => done.IsFaulted, TaskScheduler.Default)));
        Assert.Single(outcomes, failed => failed);
    }

    [Fact]
    public async Task Without_an_instance_the_exception_says_what_to_do()
    {
        await using var services = Services();
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient("inventory");
        var exception = await Assert.ThrowsAsync<NoInstanceException>(() => http.GetAsync("/stock"));
        Assert.Equal("inventory", exception.Service);
        Assert.Contains("Portolan:Services:inventory", exception.Message);
    }

    [Fact]
    public async Task Requests_carry_the_correlation_and_the_flags_of_the_running_code()
    {
        await using var echo = await EchoService.StartAsync("echo");
        await using var services = Services(("inventory", [echo.Port]));
        using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient("inventory");
        CorrelationContext.Current = new CorrelationContext("this-hop", "the-action", null);
        FeatureFlags.Current = "dark, express";
        Assert.Equal("echo /  the-action this-hop dark, express", await http.GetStringAsync("/"));
        (CorrelationContext.Current, FeatureFlags.Current) = (null, null);
        Assert.Equal("echo /", await http.GetStringAsync("/"));
    }

    [Fact]
    public async Task What_the_application_sets_on_its_client_stands()
    {
        await using var services = Services([], collection =>
        {
            collection.AddHttpClient("inventory", http => http.BaseAddress = new Uri("http://elsewhere.example/"));
            collection.AddHttpClient("slow", http => http.Timeout = TimeSpan.FromMinutes(5));
        });
        var factory = services.GetRequiredService<IHttpClientFactory>();
        Assert.Equal("http://elsewhere.example/", factory.CreateClient("inventory").BaseAddress!.ToString());
        Assert.Equal("http://slow/", factory.CreateClient("slow").BaseAddress!.ToString());
        Assert.Equal(TimeSpan.FromMinutes(5), factory.CreateClient("slow").Timeout);
        Assert.Equal(TimeSpan.FromSeconds(100), factory.CreateClient("orders").Timeout);
        Assert.Null(factory.CreateClient("Weather.Client").BaseAddress);
    }

    private ServiceProvider Services(params (string Service, int[] Ports)[] known) => Services(known, _ => { });

    private ServiceProvider Services((string Service, int[] Ports)[] known, Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(log));
        services.AddDiscovery(options =>
        {
            foreach (var (service, ports) in known)
            {
                options.Services[service] = [.. ports.Select(port => $"http://127.0.0.1:{port}")];
            }
        });
        configure(services);
        services.AddServiceHttpClients();
        return services.BuildServiceProvider();
    }
}
