using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Portolan.Discovery.Registry;
using Portolan.Discovery.Watching;

namespace Portolan.Discovery;

/// <summary>
/// Where services are: one per process. Answers come from memory and are kept current by a long poll of the registry,
/// which starts with the first use of a name. While the registry is gone the last good answer stands.
/// </summary>
public sealed class ServiceDirectory : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ServiceWatch> watches = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource stopping = new();
    private readonly DiscoveryOptions options;
    private readonly RegistryClient client;
    private readonly RegistryContact contact;
    private readonly TimeProvider clock;
    private readonly ServiceNames names;
    private readonly StaticServices placed;
    private readonly bool ownsClient;
    private int disposed;

    /// <summary>A directory with a connection of its own; the container's shares one with the registration.</summary>
    public ServiceDirectory(DiscoveryOptions options, TimeProvider clock, Random random, ILoggerFactory loggers)
        : this(options, new RegistryClient(options, clock), new RegistryContact(options, random, loggers.CreateLogger<RegistryContact>()), clock) =>
        ownsClient = true;

    internal ServiceDirectory(DiscoveryOptions options, RegistryClient client, RegistryContact contact, TimeProvider clock)
    {
        this.options = options;
        this.client = client;
        this.contact = contact;
        this.clock = clock;
        placed = new StaticServices(options);
        names = new ServiceNames(options, placed, client, contact, clock);
    }

    /// <summary>The instances of a service. Only the first lookup of a name waits, at most <see cref="DiscoveryOptions.LookupTimeout"/>.</summary>
    public ValueTask<ServiceSnapshot> GetAsync(string service, CancellationToken cancellationToken = default)
    {
        var watch = WatchOf(service);
        return watch.FirstAnswer.IsCompleted ? ValueTask.FromResult(watch.Snapshot) : FirstAsync(watch, cancellationToken);
    }

    /// <summary>Waits until the service is as asked, such as: has a healthy instance. Returns at once when it is.</summary>
    public ValueTask<ServiceSnapshot> WaitForAsync(
        string service, Func<ServiceSnapshot, bool> condition, CancellationToken cancellationToken = default) =>
        WatchOf(service).WaitForAsync(condition, cancellationToken);

    /// <summary>The names that the registry and the configuration know, sorted. While the registry is gone, the last good answer.</summary>
    public ValueTask<IReadOnlyList<string>> ServicesAsync(CancellationToken cancellationToken = default) => names.GetAsync(cancellationToken);

    /// <summary>
    /// Says where services are while the registry names no instance of them, in place of what was said so before;
    /// <see cref="DiscoveryOptions.Services"/> holds for the others.
    /// </summary>
    /// <param name="addresses">Base addresses by service name.</param>
    public void Place(IEnumerable<KeyValuePair<string, string[]>> addresses)
    {
        placed.Place(addresses);
        foreach (var watch in watches.Values)
        {
            watch.Place();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        await stopping.CancelAsync();
        await Task.WhenAll(watches.Values.Select(watch => watch.Running));
        stopping.Dispose();
        names.Dispose();
        if (ownsClient)
        {
            client.Dispose();
        }
    }

    private ServiceWatch WatchOf(string service)
    {
        if (!watches.TryGetValue(service, out var watch))
        {
            watch = watches.GetOrAdd(service, Watch);

            // Somebody may have placed it elsewhere while it was made.
            watch.Place();
            _ = watch.Running;
        }

        return watch;
    }

    private ServiceWatch Watch(string service) =>
        new(service.ToLowerInvariant(), options, placed, client, contact, clock, stopping.Token);

    private static async ValueTask<ServiceSnapshot> FirstAsync(ServiceWatch watch, CancellationToken cancellationToken)
    {
        await watch.FirstAnswer.WaitAsync(cancellationToken);
        return watch.Snapshot;
    }
}
