namespace Portolan.Bench.Resilience;

/// <summary>Measurements as a table of Markdown.</summary>
internal static class Table
{
    public static string Of(IEnumerable<Measurement> measurements) =>
        $"| case | ours | peer | ratio | allocated |\n|---|---|---|---|---|\n{string.Concat(measurements.Select(Row))}";

    private static string Row(Measurement measurement) =>
        $"| {measurement.Name} | {Time(measurement.Value)} | {Time(measurement.PeerValue)} | {measurement.Ratio:0.00} | {measurement.AllocatedBytes} B |\n";

    private static string Time(double? nanoseconds) => nanoseconds is null ? "" : $"{nanoseconds:#,0.0} ns";
}
