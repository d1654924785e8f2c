namespace Portolan.Discovery.Registration;

/// <summary>How this process presents itself to the registry.</summary>
public sealed class RegistrationOptions
{
    /// <summary>A <see cref="Status"/> that takes the instance out of the registry until it is another.</summary>
    public const string Away = "away";

    /// <summary>Name of the service: 1 to 63 of a-z, 0-9 and '-'.</summary>
    public string Service { get; set; } = "";

    /// <summary>Unique within the service; the same again after a restart. Default: service, machine and port.</summary>
    public string? InstanceId { get; set; }

    /// <summary>Host that others connect to. Default: where this process listens, and 127.0.0.1 when that is every interface.</summary>
    public string? Host { get; set; }

    /// <summary>Port that others connect to. Default: the first plain HTTP port this process listens on.</summary>
    public int? Port { get; set; }

    /// <summary>Free labels.</summary>
    public IList<string> Tags { get; } = [];

    /// <summary>Further named ports.</summary>
    public IDictionary<string, int> Ports { get; } = new Dictionary<string, int>();

    /// <summary>Free facts, such as <c>version</c>.</summary>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>
    /// starting, healthy, degraded or unhealthy, asked before every heartbeat. The first registration waits until it is not
    /// <c>starting</c> nor <see cref="Away"/>. Default: always healthy.
    /// </summary>
    public Func<IServiceProvider, CancellationToken, ValueTask<string>> Status { get; set; } = (_, _) => ValueTask.FromResult("healthy");
}
