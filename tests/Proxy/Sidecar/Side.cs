using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Discovery;
using Portolan.Proxy.Sidecar;

namespace Portolan.Proxy.Tests.Sidecar;

/// <summary>One side of a sidecar on a free port.</summary>
internal sealed class Side : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly AppHealth? health;

    private Side(WebApplication app, AppHealth? health)
    {
        (this.app, this.health) = (app, health);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri(app.Urls.First()),
        };
    }

    public HttpClient Client { get; }

    public Uri Address => Client.BaseAddress!;

    public static async Task<Side> OutAsync(params (string Service, string[] Addresses)[] services)
    {
        var builder = Builder();
        builder.Services.AddDiscovery(options =>
        {
            foreach (var (service, addresses) in services)
            {
                options.Services[service] = addresses;
            }
        });
        builder.Services.AddOutbound();
        var app = builder.Build();
        app.UseOutbound();
        await app.StartAsync();
        return new Side(app, null);
    }

    public static async Task<Side> InAsync(string application, string? healthPath = null)
    {
        Assert.True(AppAddress.TryParse(application, out var address));
        var health = new AppHealth(address, healthPath, TimeProvider.System);
        var builder = Builder();
        builder.Services.AddInbound("reviews", address, health);
        var app = builder.Build();
        app.UseInbound();
        await app.StartAsync();
        return new Side(app, health);
    }

    public async Task<string> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Client.SendAsync(request);
        return await answer.Content.ReadAsStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        health?.Dispose();
    }

    private static WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder;
    }
}
