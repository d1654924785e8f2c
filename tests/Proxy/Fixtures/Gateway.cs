using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Discovery;
using Portolan.Proxy.Configuration;
using Portolan.Proxy.Runtime;

namespace Portolan.Proxy.Tests.Fixtures;

/// <summary>A gateway on a free port, in front of services at given addresses.</summary>
public sealed class Gateway : IAsyncDisposable
{
    private readonly WebApplication app;

    private Gateway(WebApplication app)
    {
        this.app = app;
        Address = new Uri(app.Urls.First());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>Everything under <c>/</c> goes to one service.</summary>
    public static Task<Gateway> InFrontOfAsync(params string[] addresses) =>
        StartAsync(new GatewayConfig { Routes = [new RouteConfig { Path = "/{**rest}", Service = "backend" }] }, ("backend", addresses));

    /// <summary>The same, speaking HTTP/2 without TLS where that is asked for; the service speaks <paramref name="protocol"/>.</summary>
    public static Task<Gateway> InFrontOfAsync(bool http2, string address, UpstreamProtocol protocol = UpstreamProtocol.Http1) => StartAsync(
        new GatewayConfig
        {
            Routes = [new RouteConfig { Path = "/{**rest}", Service = "backend" }],
            Services = [new UpstreamConfig { Name = "backend", Protocol = protocol }],
        },
        options => options.Services["backend"] = [address],
        services => services.Configure<KestrelServerOptions>(kestrel => kestrel.ConfigureEndpointDefaults(endpoint =>
            endpoint.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1)));

    public static Task<Gateway> StartAsync(GatewayConfig config, params (string Service, string[] Addresses)[] services) =>
        StartAsync(config, options =>
        {
            foreach (var (service, addresses) in services)
            {
                options.Services[service] = addresses;
            }
        });

    /// <summary>The same as YAML: <c>routes:</c> and what stands beside it. <paramref name="services"/> adds or replaces parts of the gateway.</summary>
    public static Task<Gateway> StartAsync(string yaml, Action<IServiceCollection> services, params (string Service, string[] Addresses)[] backends) =>
        StartAsync(ConfigText.Read(yaml), options =>
        {
            foreach (var (service, addresses) in backends)
            {
                options.Services[service] = addresses;
            }
        }, services);

    public static Task<Gateway> StartAsync(string yaml, params (string Service, string[] Addresses)[] backends) =>
        StartAsync(yaml, _ => { }, backends);

    public static async Task<Gateway> StartAsync(GatewayConfig config, Action<DiscoveryOptions> discovery, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddDiscovery(discovery);
        services?.Invoke(builder.Services);
        builder.Services.AddGateway(config);
        var app = builder.Build();
        app.UseGateway();
        await app.StartAsync();
        return new Gateway(app);
    }

    /// <summary>Ends it the way a process ends that was asked to.</summary>
    public Task StopAsync() => app.StopAsync();

    /// <summary>Puts another configuration in force.</summary>
    public void Apply(string yaml) => Assert.Empty(app.Services.GetRequiredService<GatewayRuntime>().Apply(ConfigText.Read(yaml)));

    /// <summary>Sends bytes as they are, and returns all that comes back until the connection ends.</summary>
    public async Task<string> SendRawAsync(string request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Address.Host, Address.Port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    /// <summary>One request with a target that a client library would not send as it is.</summary>
    public Task<string> GetRawAsync(string target, params string[] headers) =>
        SendRawAsync($"GET {target} HTTP/1.1\r\nHost: shop.example\r\n{string.Concat(headers.Select(header => header + "\r\n"))}Connection: close\r\n\r\n");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}
