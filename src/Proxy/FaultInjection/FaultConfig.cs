using System.Text.Json.Serialization;
using Portolan.Resilience.FaultInjection;
using Portolan.Proxy.Settings;

namespace Portolan.Proxy.FaultInjection;

/// <summary>A fault of a route, on purpose, for as long as the configuration has it. It needs at least one effect.</summary>
public sealed record FaultConfig
{
    /// <summary>What problem details and logs call it. Default: its place.</summary>
    public string? Name { get; init; }

    /// <summary>How long a request is held up before anything else happens to it, up to 1 h. Default: not at all.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>What it is answered with, 400 to 599; null: no answer of the fault.</summary>
    public int? Status { get; init; }

    /// <summary>True: its connection is broken, on HTTP/2 its stream.</summary>
    public bool Abort { get; init; }

    /// <summary>Share of the requests that it hits, 0 to 1. Default: all.</summary>
    [JsonConverter(typeof(ShareText))]
    public double Share { get; init; } = 1;

    /// <summary>Only requests with this header: <c>name</c>, or <c>name=value</c>. Null: any.</summary>
    public string? Header { get; init; }

    internal FaultRule Rule(int place) => new(Name ?? $"fault-{place + 1}") { Latency = Latency, Status = Status, Abort = Abort, Share = Share, Header = Header };
}
