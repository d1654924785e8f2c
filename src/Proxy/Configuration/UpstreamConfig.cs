using Portolan.Proxy.Settings;

namespace Portolan.Proxy.Configuration;

/// <summary>How one service is reached.</summary>
public sealed record UpstreamConfig
{
    /// <summary>In place of a name: every service that has no configuration of its own.</summary>
    public const string All = "*";

    /// <summary>Name of the service, or <see cref="All"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Base addresses of its instances, used while the registry names none.</summary>
    public ConfigList<string> Addresses { get; init; } = [];

    /// <summary>What its instances speak. Null (default): what an instance's metadata <c>protocol</c> says, or else HTTP/1.1.</summary>
    public UpstreamProtocol? Protocol { get; init; }

    /// <summary>How long an attempt may take until the answer begins; null: the gateway's.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Attempts that a request may make which can be repeated: of a method that is idempotent, and without a body. 1 (default)
    /// repeats nothing that may have arrived. What reached nobody goes elsewhere in any case.
    /// </summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Share of the calls that repeating may add. Default 0.2.</summary>
    public double RetryBudget { get; init; } = 0.2;

    /// <summary>Requests at once that wait for an answer of it; more wait in a queue, then are refused. Null (default): any number.</summary>
    public int? Concurrency { get; init; }

    /// <summary>With <see cref="Concurrency"/>: how many wait for a place, each 100 ms at most. Default 100.</summary>
    public int Queue { get; init; } = 100;

    /// <summary>
    /// A request without an answer after this time is sent to another instance too, if it may be repeated, and the first good
    /// answer is given. Null (default): as <see cref="HedgePercentile"/> says.
    /// </summary>
    public TimeSpan? HedgeAfter { get; init; }

    /// <summary>
    /// The same after the time in which this share of the answers came lately, 0.5 to 1; 2 s until that is known. Null
    /// (default): never.
    /// </summary>
    public double? HedgePercentile { get; init; }

    /// <summary>Failures in a row that open the circuit of an instance. Default 5.</summary>
    public int OpensAfter { get; init; } = 5;

    /// <summary>How long an open circuit stays open; doubled each time up to 30 s. Default 5 s.</summary>
    public TimeSpan StaysOpen { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How an instance is chosen; one of the names of load balancing. Default <c>round-robin</c>.</summary>
    public string Balance { get; init; } = "round-robin";

    /// <summary>True when a request may be under way more than once.</summary>
    internal bool Hedges => HedgeAfter is not null || HedgePercentile is not null;
}

/// <summary>What is spoken with the instances of a service.</summary>
public enum UpstreamProtocol
{
    /// <summary>HTTP/1.1, over the gateway's own connections.</summary>
    Http1,

    /// <summary>HTTP/2 without TLS, as gRPC needs.</summary>
    Http2,

    /// <summary>HTTP/1.1 through the framework's client.</summary>
    Framework,
}
