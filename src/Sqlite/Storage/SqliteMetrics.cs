using System.Diagnostics.Metrics;
using Portolan.Core.Telemetry;

namespace Portolan.Sqlite.Storage;

internal static class SqliteMetrics
{
    private static readonly Histogram<double> HoldTime =
        PortolanTelemetry.Meter.CreateHistogram<double>("portolan.store.writer.held", "s", "How long one write held the writer.");

    private static readonly Histogram<double> CommitTime =
        PortolanTelemetry.Meter.CreateHistogram<double>("portolan.store.commit.duration", "s", "From the first write of a commit until it was durable.");

    private static readonly Histogram<int> BatchSize =
        PortolanTelemetry.Meter.CreateHistogram<int>("portolan.store.commit.writes", "{write}", "Writes that shared one commit.");

    public static void Held(TimeSpan time) => HoldTime.Record(time.TotalSeconds);

    public static void Committed(int writes, TimeSpan time)
    {
        if (writes > 0)
        {
            CommitTime.Record(time.TotalSeconds);
            BatchSize.Record(writes);
        }
    }
}
