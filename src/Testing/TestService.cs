using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portolan.Core.Database;
using Portolan.Hosting;
using Portolan.Hosting.Configuration;
using Portolan.Messaging;
using Portolan.Messaging.DeadLetters;
using Portolan.Messaging.Envelopes;
using Portolan.Messaging.Transport;
using Portolan.Sagas;
using Portolan.Sqlite.Storage;

namespace Portolan.Testing;

/// <summary>One service of a <see cref="TestPlatform"/>, with a store of its own.</summary>
public sealed class TestService : IAsyncDisposable
{
    private readonly TestServicePlan plan;
    private readonly InMemoryTransport transport;
    private readonly SqliteStore store;
    private readonly ServiceProvider services;

    private TestService(TestServicePlan plan, InMemoryTransport transport, SqliteStore store, ServiceProvider services)
    {
        this.plan = plan;
        this.transport = transport;
        this.store = store;
        this.services = services;
    }

    /// <summary>Its name.</summary>
    public string Name => plan.Name;

    /// <summary>While true it neither sends, handles nor retries: a service that is down.</summary>
    public bool IsDown { get; set; }

    /// <summary>Its store.</summary>
    public Store Store => store;

    /// <summary>Sends as this service.</summary>
    public IMessageBus Bus => Get<IMessageBus>();

    /// <summary>Its sagas.</summary>
    public SagaClient Sagas => Get<SagaClient>();

    /// <summary>Its dead letters.</summary>
    public DeadLetterStore DeadLetters => Get<DeadLetterStore>();

    /// <summary>Everything else its container holds.</summary>
    public IServiceProvider Services => services;

    /// <summary>One service of its container.</summary>
    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    internal static async Task<TestService> StartAsync(TestServicePlan plan, CancellationToken cancellationToken)
    {
        var options = new TestServiceOptions();
        plan.Configure?.Invoke(options);
        var catalogue = Catalogue(plan, options);
        var store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = plan.Path }, plan.Clock, NullLoggerFactory.Instance, cancellationToken);
        await store.MigrateAsync(
            [.. MessagingServices.Migrations, .. SagaServices.Migrations, .. Migration.Embedded(plan.Parts.Assembly, plan.Name), .. options.Migrations], cancellationToken);
        var transport = plan.Bus.Attach(catalogue);
        var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(plan.Clock)
            .AddSingleton(options.Messaging)
            .AddSingleton(options.Sagas)
            .AddSingleton(catalogue)
            .AddSingleton(new MessageJson([.. options.Json, .. SagaServices.Json]))
            .AddSingleton<Store>(store)
            .AddSingleton<ITransport>(transport)
            .AddMessaging()
            .AddSagas()
            .AddSingleton(new SagaCatalogue(plan.Parts.Sagas));
        foreach (var service in options.Services)
        {
            services.Add(service);
        }

        return new TestService(plan, transport, store, services.BuildServiceProvider());
    }

    /// <summary>Ends this process, as a crash would between two commits, and starts it again on the same store.</summary>
    internal async Task<TestService> RestartAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync();
        return await StartAsync(plan, cancellationToken);
    }

    internal async ValueTask<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (IsDown)
        {
            return false;
        }

        var messaging = Get<MessagingRuntime>();
        var relayed = await messaging.RunOnceAsync(cancellationToken);
        var handled = await transport.DeliverAsync(messaging.HandleAsync, cancellationToken) > 0;
        return await Get<SagaRuntime>().RunOnceAsync(cancellationToken) || handled || relayed;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await transport.DisposeAsync();
        await store.DisposeAsync();
    }

    private static MessageCatalogue Catalogue(TestServicePlan plan, TestServiceOptions options)
    {
        var catalogue = new MessageCatalogue(
            plan.Name, [.. plan.Parts.Messages, .. SagaServices.Messages], [.. plan.Parts.Handlers, .. SagaServices.Handlers]);
        var errors = catalogue.Errors()
            .Concat(plan.Parts.Sagas.SelectMany(saga => saga.Errors())).Concat(options.Messaging.Errors()).Concat(options.Sagas.Errors()).ToList();
        return errors.Count == 0 ? catalogue : throw new PortolanConfigurationException(plan.Name, errors);
    }
}

/// <summary>What a service is started from.</summary>
internal sealed record TestServicePlan(
    string Name, ServiceParts Parts, Action<TestServiceOptions>? Configure, string Path, InMemoryBus Bus, TimeProvider Clock);
