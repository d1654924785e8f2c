using System.Net.Http.Json;
using System.Text.Json;
using Portolan.Registry.Tests.Server;

namespace Portolan.ControlPlane.Tests;

/// <summary>A server for each test.</summary>
public abstract class ControlPlaneTest : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    internal RegistryServer Server { get; private set; } = null!;

    protected HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RegistryServer.StartAsync(
            folder.File("server.db"), services: services => services.AddControlPlane(), map: routes => routes.MapControlPlane());
        Http = Server.NewClient();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        await Server.DisposeAsync();
        folder.Dispose();
    }

    protected async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
