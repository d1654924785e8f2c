using System.Net.Http.Json;
using System.Text.Json;
using Portolan.Registry.Tests.Server;

namespace Portolan.Registry.Tests.Api;

/// <summary>A server for each test, and the requests that they make.</summary>
public abstract class ApiTest : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    internal RegistryServer Server { get; private set; } = null!;

    protected HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RegistryServer.StartAsync(folder.File("r.db"));
        Http = Server.NewClient();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        await Server.DisposeAsync();
        folder.Dispose();
    }

    protected Task<HttpResponseMessage> PutAsync(string service, string id, string body) =>
        Http.PutAsync($"/v1/services/{Uri.EscapeDataString(service)}/instances/{Uri.EscapeDataString(id)}", Json(body));

    protected static StringContent Json(string body) => new(body, null, "application/json");

    protected static Task<JsonElement> JsonAsync(HttpResponseMessage response) => response.Content.ReadFromJsonAsync<JsonElement>();
}
