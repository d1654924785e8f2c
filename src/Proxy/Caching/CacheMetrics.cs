using System.Diagnostics.Metrics;
using Portolan.Core.Telemetry;

namespace Portolan.Proxy.Caching;

/// <summary>The instruments of the cache.</summary>
internal static class CacheMetrics
{
    private static readonly Counter<long> Requests =
        PortolanTelemetry.Meter.CreateCounter<long>("portolan.proxy.cache.requests", "{request}", "Requests that a cache could have answered, by route and result: hit or miss.");

    /// <summary>Bytes of memory that stored answers take.</summary>
    public static UpDownCounter<long> Bytes { get; } =
        PortolanTelemetry.Meter.CreateUpDownCounter<long>("portolan.proxy.cache.size", "By", "Memory that stored answers take.");

    /// <summary>Answers that had to go to make room.</summary>
    public static Counter<long> Evictions { get; } =
        PortolanTelemetry.Meter.CreateCounter<long>("portolan.proxy.cache.evictions", "{entry}", "Stored answers that had to go to make room.");

    public static void Hit(string route) => Requests.Add(1, new("route", route), new("result", "hit"));

    public static void Miss(string route) => Requests.Add(1, new("route", route), new("result", "miss"));
}
