using Microsoft.Extensions.Logging.Abstractions;
using Portolan.Messaging;
using Portolan.Messaging.Transport;
using Portolan.Sqlite.Bus;
using Portolan.Sqlite.Storage;

namespace Portolan.Conformance.Tests.Transports;

public sealed class InMemoryTransportConformance : TransportConformance
{
    private readonly InMemoryBus bus = new();

    protected override ValueTask<ITransport> OpenAsync(MessageCatalogue catalogue) => ValueTask.FromResult<ITransport>(bus.Attach(catalogue));
}

public sealed class SqliteBusConformance : TransportConformance
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("portolan-bus-");
    private readonly Dictionary<string, SqliteStore> stores = [];

    protected override async ValueTask<ITransport> OpenAsync(MessageCatalogue catalogue)
    {
        if (!stores.TryGetValue(catalogue.Service, out var store))
        {
            var path = Path.Combine(folder.FullName, "stores", catalogue.Service + ".db");
            store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = path }, TimeProvider.System, NullLoggerFactory.Instance);
            await store.MigrateAsync(SqliteBus.Migrations);
            stores.Add(catalogue.Service, store);
        }

        var options = new SqliteBusOptions { Folder = Path.Combine(folder.FullName, "bus"), Service = catalogue.Service, IdlePoll = TimeSpan.FromMilliseconds(50) };
        return await SqliteBus.OpenAsync(options, store, catalogue, TimeProvider.System, NullLoggerFactory.Instance);
    }

    protected override async ValueTask CleanAsync()
    {
        foreach (var store in stores.Values)
        {
            await store.DisposeAsync();
        }

        folder.Delete(recursive: true);
    }
}
