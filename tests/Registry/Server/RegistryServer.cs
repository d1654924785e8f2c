using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Portolan.Core.Database;
using Portolan.Registry.Catalogue;
using Portolan.Sqlite.Storage;

namespace Portolan.Registry.Tests.Server;

/// <summary>A server with a registry on a port of its own, kept in a real file. Started again on the same port it is the same one.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly Store store;

    private RegistryServer(WebApplication application, Store store)
    {
        this.application = application;
        this.store = store;
    }

    public Uri Address => new(application.Urls.First());

    public ServiceCatalogue Catalogue => application.Services.GetRequiredService<ServiceCatalogue>();

    public HttpClient NewClient() => new() { BaseAddress = Address };

    public static async Task<RegistryServer> StartAsync(
        string file,
        Action<RegistryOptions>? configure = null,
        Uri? address = null,
        TimeProvider? clock = null,
        Action<IServiceCollection>? services = null,
        Action<IEndpointRouteBuilder>? map = null)
    {
        var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = file }, TimeProvider.System, NullLoggerFactory.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address?.ToString() ?? "http://127.0.0.1:0");
        builder.Services.AddSingleton<Store>(store);
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        builder.Services.AddRegistry(configure);
        services?.Invoke(builder.Services);
        var application = builder.Build();
        if (map is null)
        {
            application.MapRegistry();
        }
        else
        {
            map(application);
        }

        await application.StartAsync();
        return new RegistryServer(application, store);
    }

    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
        await store.DisposeAsync();
    }
}
