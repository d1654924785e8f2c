using BenchmarkDotNet.Reports;

namespace Portolan.Bench.Resilience;

/// <summary>
/// One case, measured. The times are those of the fastest iteration: what a busy machine adds to the others is not the code's.
/// Those of two threads are medians.
/// </summary>
/// <param name="Name">The case.</param>
/// <param name="Value">Nanoseconds an operation of ours takes.</param>
/// <param name="Unit">Always <c>ns</c>.</param>
/// <param name="Peer">Whom it is compared with; null: nobody.</param>
/// <param name="PeerValue">Nanoseconds an operation of theirs takes.</param>
/// <param name="Ratio">Ours / theirs; under 1 we are faster.</param>
/// <param name="AllocatedBytes">Bytes an operation of ours allocates.</param>
internal sealed record Measurement(string Name, double Value, string Unit, string? Peer, double? PeerValue, double? Ratio, long AllocatedBytes)
{
    /// <summary>Pairs the benchmarks <c>Ours</c> and <c>Peer</c> of each case.</summary>
    public static IEnumerable<Measurement> From(IEnumerable<Summary> summaries) =>
        from report in summaries.SelectMany(summary => summary.Reports)
        where report.ResultStatistics is not null
        group report by Names.CaseOf(report.BenchmarkCase) into measured
        let ours = measured.Where(report => Names.IsOurs(report.BenchmarkCase)).ToList()
        where ours.Count > 0
        select Of(measured.Key, ours, [.. measured.Except(ours)]);

    private static Measurement Of(string name, List<BenchmarkReport> ours, List<BenchmarkReport> theirs)
    {
        var value = Time(ours);
        double? peerValue = theirs.Count > 0 ? Time(theirs) : null;
        return new(
            name,
            Math.Round(value, 2),
            "ns",
            theirs.Count > 0 ? Names.PeerOf(theirs[0].BenchmarkCase) : null,
            peerValue is { } peer ? Math.Round(peer, 2) : null,
            value / peerValue is { } ratio ? Math.Round(ratio, 3) : null,
            ours.Max(report => report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0));
    }

    // With two threads the fastest iteration may be the one in which they did not get into each other's way.
    private static double Time(List<BenchmarkReport> reports) => reports.Min(report =>
        Names.IsOfTwoThreads(report.BenchmarkCase) ? report.ResultStatistics!.Median : report.ResultStatistics!.Min);
}
