using Microsoft.Extensions.Logging.Abstractions;
using Portolan.Registry.Catalogue;
using Portolan.Sqlite.Storage;

namespace Portolan.Registry.Tests.Server;

/// <summary>A catalogue on a real file, without a server around it.</summary>
internal sealed class OpenCatalogue : IAsyncDisposable
{
    private readonly SqliteStore store;

    private OpenCatalogue(SqliteStore store, ServiceCatalogue catalogue)
    {
        this.store = store;
        Catalogue = catalogue;
    }

    public ServiceCatalogue Catalogue { get; }

    public static async Task<OpenCatalogue> LoadAsync(string file, TimeProvider clock, RegistryOptions? options = null)
    {
        var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = file }, TimeProvider.System, NullLoggerFactory.Instance);
        var catalogue = new ServiceCatalogue(store, options ?? new RegistryOptions(), clock, NullLogger<ServiceCatalogue>.Instance);
        await catalogue.LoadAsync();
        return new OpenCatalogue(store, catalogue);
    }

    public static Instance An(string id, int port = 5001, string status = "healthy") =>
        new() { Id = id, Host = "127.0.0.1", Port = port, Status = status, LeaseSeconds = 30 };

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
