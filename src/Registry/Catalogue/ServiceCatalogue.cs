using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Portolan.Core.Database;

namespace Portolan.Registry.Catalogue;

/// <summary>
/// Who is where. Reads come from memory; what changes it is in the store before it is seen, each service's index with it,
/// so that an index never goes backwards. Heartbeats only renew leases in memory: after a restart everyone who was
/// registered gets one full lease to be heard of again.
/// </summary>
public sealed partial class ServiceCatalogue
{
    private readonly ConcurrentDictionary<string, ServiceEntry> entries = new(StringComparer.Ordinal);
    private readonly CatalogueRows rows;
    private readonly RegistryOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private TaskCompletionSource added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long started;
    private int watchers;

    /// <summary>An empty catalogue; <see cref="LoadAsync"/> comes first.</summary>
    public ServiceCatalogue(Store store, RegistryOptions options, TimeProvider clock, ILogger<ServiceCatalogue> logger)
    {
        rows = new CatalogueRows(store);
        this.options = options;
        this.clock = clock;
        this.logger = logger;
        started = clock.GetTimestamp();
    }

    /// <summary>The services that have an instance, or had one not long ago, by name.</summary>
    public IReadOnlyList<ServiceState> Services()
    {
        var oldest = clock.GetUtcNow().UtcDateTime - options.ForgetAfter;
        return
        [
            .. entries.Values.Select(entry => entry.State)
                .Where(state => !state.Instances.IsEmpty || state.EmptySince > oldest)
                .OrderBy(state => state.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>One service; index 1 and no instance when it was never heard of.</summary>
    public ServiceState Get(string service) =>
        entries.TryGetValue(service, out var entry) ? entry.State : ServiceState.Unknown(service);

    /// <summary>
    /// How long the emptiness of a service may be our own doing: this server has started only now and nobody of the service
    /// has spoken to it yet. Zero when its state can be believed.
    /// </summary>
    public TimeSpan Grace(string service)
    {
        if (entries.TryGetValue(service, out var entry) && (entry.HeardOf || !entry.State.Instances.IsEmpty))
        {
            return TimeSpan.Zero;
        }

        var left = options.DefaultLease - clock.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Brings the store up to date and loads it. Everyone in it starts with a full lease.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken = default)
    {
        await rows.MigrateAsync(cancellationToken);
        var (services, instances) = await rows.LoadAsync(cancellationToken);
        var byService = instances.ToLookup(row => row.Service, row => row.Instance, StringComparer.Ordinal);
        foreach (var row in services)
        {
            var unknown = ServiceState.Unknown(row.Name);
            var loaded = unknown.Instances.AddRange(
                byService[row.Name].Select(instance => KeyValuePair.Create(instance.Id, new Registered(instance, NewLease(instance)))));
            entries[row.Name] = new ServiceEntry(unknown with { Index = row.Index, Instances = loaded, EmptySince = row.EmptySince });
        }

        started = clock.GetTimestamp();
        Log.Loaded(logger, entries.Count, instances.Count);
    }

    private Lease NewLease(Instance instance) => new(TimeSpan.FromSeconds(instance.LeaseSeconds), clock);

    private static partial class Log
    {
        [LoggerMessage(EventName = "RegistryLoaded", Level = LogLevel.Information,
            Message = "Registry loaded: {Services} services, {Instances} instances, each with a full lease to be heard of again")]
        public static partial void Loaded(ILogger logger, int services, int instances);

        [LoggerMessage(EventName = "InstanceRegistered", Level = LogLevel.Information, Message = "{Service}/{Id} registered at {Host}:{Port}, {Status}")]
        public static partial void Registered(ILogger logger, string service, string id, string host, int port, string status);

        [LoggerMessage(EventName = "InstanceStatusChanged", Level = LogLevel.Information, Message = "{Service}/{Id} is {Status}")]
        public static partial void StatusChanged(ILogger logger, string service, string id, string status);

        [LoggerMessage(EventName = "InstanceDeregistered", Level = LogLevel.Information, Message = "{Service}/{Id} deregistered")]
        public static partial void Deregistered(ILogger logger, string service, string id);

        [LoggerMessage(EventName = "InstanceExpired", Level = LogLevel.Warning, Message = "{Service}/{Id} sent no heartbeat for a lease and was removed")]
        public static partial void Expired(ILogger logger, string service, string id);
    }
}
