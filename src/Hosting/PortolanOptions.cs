using System.Text.Json.Serialization.Metadata;
using Portolan.Core.Database;
using Portolan.Discovery.Http;
using Portolan.Messaging;
using Portolan.Messaging.Outbox;
using Portolan.Sagas;

namespace Portolan.Hosting;

/// <summary>What a service can be told; read from <c>Portolan:…</c> of its configuration, then changed by code.</summary>
public sealed class PortolanOptions
{
    /// <summary>Where the store is. Default <c>sqlite:.portolan/{service}.db</c>; relative to the content root.</summary>
    public string Store { get; set; } = "";

    /// <summary>Where the bus is. Default <c>sqlite:.portolan/bus/</c>; relative to the content root.</summary>
    public string Bus { get; set; } = "sqlite:.portolan/bus/";

    /// <summary>The control plane. Default <c>http://127.0.0.1:8500</c>; a service works without it.</summary>
    public string Server { get; set; } = "http://127.0.0.1:8500";

    /// <summary>This process among the instances of its service. Default: service, machine and port.</summary>
    public string? InstanceId { get; set; }

    /// <summary>Time between two signs of life to the registry; the lease is three of them. Default 10 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long requests are still taken after the service left the registry. Default 500 ms.</summary>
    public TimeSpan DrainDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long running requests may take to finish at a stop; the process is ended 5 s later. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest request body, in bytes. Default 1 MiB.</summary>
    public long MaxRequestBodyBytes { get; set; } = 1 << 20;

    /// <summary>Whether operators may inject faults in the Production environment too; in others they always may. Default: no.</summary>
    public bool FaultInjection { get; set; }

    /// <summary>Messages.</summary>
    public MessagingOptions Messaging { get; } = new();

    /// <summary>Sagas.</summary>
    public SagaOptions Sagas { get; } = new();

    /// <summary>JSON contracts of messages, saga states and requests, for services without reflection.</summary>
    public IList<IJsonTypeInfoResolver> Json { get; } = [];

    /// <summary>Addresses of services that no registry knows, by name.</summary>
    public IDictionary<string, string[]> Services { get; } = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// What the registry tells of this instance: <c>version</c>, <c>weight</c>, <c>zone</c>, <c>protocol</c> (<c>http2</c>), and
    /// facts of your own.
    /// </summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How services are called by their name; each call has time-outs, retries and a circuit breaker.</summary>
    public ServiceClientOptions DefaultClient { get; set; } = new();

    /// <summary>How certain services are called, by name, where that differs from <see cref="DefaultClient"/>.</summary>
    public IDictionary<string, ServiceClientOptions> Clients { get; } = new Dictionary<string, ServiceClientOptions>(StringComparer.OrdinalIgnoreCase);

    internal List<(string Name, Func<StoreTransaction, OutboxWriter, ValueTask> Apply)> Seeds { get; } = [];

    /// <summary>
    /// Runs <paramref name="apply"/> once in the life of the store, after its migrations, in one transaction with what it sends.
    /// </summary>
    public void Seed(string name, Func<StoreTransaction, OutboxWriter, ValueTask> apply) => Seeds.Add((name, apply));
}
