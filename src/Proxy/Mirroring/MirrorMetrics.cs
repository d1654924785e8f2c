using System.Diagnostics.Metrics;
using Portolan.Core.Telemetry;

namespace Portolan.Proxy.Mirroring;

/// <summary>The instruments of mirrors.</summary>
internal static class MirrorMetrics
{
    private static readonly Counter<long> Requests =
        PortolanTelemetry.Meter.CreateCounter<long>("portolan.gateway.mirror.requests", "{request}", "Copies by route and result: same, different, failed or dropped.");

    private static readonly Histogram<double> Duration =
        PortolanTelemetry.Meter.CreateHistogram<double>("portolan.gateway.mirror.duration", "s", "Time until the head of an answer that was compared, by route and side: primary or mirror.");

    public static void Count(string route, string result) => Requests.Add(1, new("route", route), new("result", result));

    public static void Record(string route, TimeSpan primary, TimeSpan mirror)
    {
        Duration.Record(primary.TotalSeconds, new("route", route), new("side", "primary"));
        Duration.Record(mirror.TotalSeconds, new("route", route), new("side", "mirror"));
    }
}
