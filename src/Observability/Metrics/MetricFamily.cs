using System.Diagnostics.Metrics;

namespace Portolan.Observability.Metrics;

/// <summary>How a metric is counted.</summary>
internal enum MetricKind : byte
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts values by how large they are.</summary>
    Histogram,
}

/// <summary>
/// One metric with a series for each combination of its tags. Recording into a series that is there takes no lock and
/// allocates nothing. There are at most <see cref="MostSeries"/>: what comes with further tags is dropped, and counted.
/// </summary>
internal sealed class MetricFamily
{
    public const int MostSeries = 2_000;

    private static readonly double[] Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Amounts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

    private readonly Lock gate = new();
    private readonly double[] bounds;
    private readonly bool isObserved;
    private readonly bool isAbsolute;
    private volatile Node?[] table = new Node?[16];
    private int count;
    private long dropped;

    public MetricFamily(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        isObserved = instrument.IsObservable;
        isAbsolute = isObserved || type == typeof(Gauge<>);
        Kind = type == typeof(Histogram<>) ? MetricKind.Histogram
            : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
        Name = PrometheusText.NameOf(instrument.Name, instrument.Unit, Kind);
        Help = instrument.Description ?? instrument.Name;
        bounds = Kind != MetricKind.Histogram ? [] : Advised(instrument) ?? (instrument.Unit == "s" ? Seconds : Amounts);
    }

    /// <summary>As Prometheus calls it.</summary>
    public string Name { get; }

    /// <summary>What it means.</summary>
    public string Help { get; }

    public MetricKind Kind { get; }

    /// <summary>Measurements that had no room.</summary>
    public long Dropped => Volatile.Read(ref dropped);

    /// <summary>Those that have a value now.</summary>
    public IEnumerable<MetricSeries> Series => table.SelectMany(Chain).Where(series => series.IsThere);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Find(tags) is not { } series)
        {
            Interlocked.Increment(ref dropped);
        }
        else if (Kind == MetricKind.Histogram)
        {
            series.Observe(value);
        }
        else if (isAbsolute)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    public void BeginObserving()
    {
        if (isObserved)
        {
            foreach (var series in table.SelectMany(Chain))
            {
                series.Forget();
            }
        }
    }

    private static double[]? Advised(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } given } => [.. given],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } given } => [.. given],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } given } => [.. given],
        _ => null,
    };

    private static IEnumerable<MetricSeries> Chain(Node? first)
    {
        for (var node = first; node is not null; node = node.Next)
        {
            yield return node.Series;
        }
    }

    private static int Hash(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = default(HashCode);
        foreach (var (_, value) in tags)
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    private MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = Hash(tags);
        return Find(table, hash, tags) ?? Add(hash, tags);
    }

    private static MetricSeries? Find(Node?[] table, int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        for (var node = table[hash & (table.Length - 1)]; node is not null; node = node.Next)
        {
            if (node.Hash == hash && node.Series.IsOf(tags))
            {
                return node.Series;
            }
        }

        return null;
    }

    private MetricSeries? Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (gate)
        {
            if (Find(table, hash, tags) is { } found)
            {
                return found;
            }

            if (count == MostSeries)
            {
                return null;
            }

            if (++count > table.Length)
            {
                table = Larger(table);
            }

            var series = new MetricSeries(tags, bounds);
            ref var place = ref table[hash & (table.Length - 1)];
            Volatile.Write(ref place, new Node(hash, series, place));
            return series;
        }
    }

    // Whoever reads the old one meanwhile finds all that was in it.
    private static Node?[] Larger(Node?[] table)
    {
        var larger = new Node?[table.Length * 2];
        foreach (var first in table)
        {
            for (var node = first; node is not null; node = node.Next)
            {
                ref var place = ref larger[node.Hash & (larger.Length - 1)];
                place = new Node(node.Hash, node.Series, place);
            }
        }

        return larger;
    }

    private sealed record Node(int Hash, MetricSeries Series, Node? Next);
}
