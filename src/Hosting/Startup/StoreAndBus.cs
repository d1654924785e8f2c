using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portolan.Core.Addresses;
using Portolan.Core.Database;
using Portolan.Messaging;
using Portolan.Messaging.Outbox;
using Portolan.Messaging.Transport;
using Portolan.Sagas;
using Portolan.Sqlite.Bus;
using Portolan.Sqlite.Storage;

namespace Portolan.Hosting.Startup;

/// <summary>Chooses the adapters by address and opens them. Whoever gets the store gets it migrated.</summary>
internal static class StoreAndBus
{
    public static IServiceCollection AddStoreAndBus(this IServiceCollection services) => services
        // The container makes singletons synchronously; opening a local file does not wait for anything remote.
        .AddSingleton<Store>(provider => OpenStoreAsync(provider).AsTask().GetAwaiter().GetResult())
        .AddSingleton<ITransport>(provider => OpenBusAsync(provider).AsTask().GetAwaiter().GetResult());

    public static string StorePath(ServiceIdentity identity, PortolanOptions options) =>
        Parse(options.Store).PathUnder(identity.ContentRoot);

    private static async ValueTask<Store> OpenStoreAsync(IServiceProvider provider)
    {
        var identity = provider.GetRequiredService<ServiceIdentity>();
        var options = provider.GetRequiredService<PortolanOptions>();
        var store = await SqliteStore.OpenAsync(
            new SqliteStoreOptions { Path = StorePath(identity, options) },
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>());
        await store.MigrateAsync(Migrations(identity, options, provider.GetRequiredService<OutboxWriter>()));
        return store;
    }

    private static ValueTask<SqliteBus> OpenBusAsync(IServiceProvider provider)
    {
        var identity = provider.GetRequiredService<ServiceIdentity>();
        var folder = Parse(provider.GetRequiredService<PortolanOptions>().Bus).PathUnder(identity.ContentRoot);
        return SqliteBus.OpenAsync(
            new SqliteBusOptions { Folder = folder, Service = identity.Name },
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<MessageCatalogue>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>());
    }

    private static IReadOnlyList<Migration> Migrations(ServiceIdentity identity, PortolanOptions options, OutboxWriter outbox) =>
    [
        .. MessagingServices.Migrations,
        .. SagaServices.Migrations,
        .. SqliteBus.Migrations,
        .. Migration.Embedded(identity.Parts.Assembly, identity.Name),
        .. options.Seeds.Select(seed => new Migration("seed-" + seed.Name, transaction => seed.Apply(transaction, outbox))),
    ];

    // Checked when the options were read.
    private static Address Parse(string text) => Address.TryParse(text, out var address) ? address : throw new FormatException(text);
}
