namespace Portolan.Observability.Metrics;

/// <summary>The values of a metric under one combination of tags.</summary>
internal sealed class MetricSeries
{
    private readonly KeyValuePair<string, object?>[] tags;
    private readonly double[] bounds;
    private readonly long[] counts;
    private double value;
    private volatile bool isThere;

    /// <param name="tags">Copied.</param>
    /// <param name="bounds">Of a histogram's buckets, each included in its own; empty otherwise.</param>
    public MetricSeries(ReadOnlySpan<KeyValuePair<string, object?>> tags, double[] bounds)
    {
        this.tags = tags.ToArray();
        this.bounds = bounds;
        counts = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    }

    public IReadOnlyList<KeyValuePair<string, object?>> Tags => tags;

    public IReadOnlyList<double> Bounds => bounds;

    /// <summary>How many values are in each bucket, and beyond the last bound.</summary>
    public IReadOnlyList<long> Counts => [.. counts.Select((_, index) => Volatile.Read(ref counts[index]))];

    /// <summary>The value, or of a histogram the sum.</summary>
    public double Value => Volatile.Read(ref value);

    /// <summary>True when it has a value.</summary>
    public bool IsThere => isThere;

    public bool IsOf(ReadOnlySpan<KeyValuePair<string, object?>> others)
    {
        if (others.Length != tags.Length)
        {
            return false;
        }

        for (var index = 0; index < tags.Length; index++)
        {
            if (!Equals(tags[index].Value, others[index].Value) || tags[index].Key != others[index].Key)
            {
                return false;
            }
        }

        return true;
    }

    public void Set(double given)
    {
        Volatile.Write(ref value, given);
        isThere = true;
    }

    public void Add(double given)
    {
        var seen = Volatile.Read(ref value);
        while (true)
        {
            var found = Interlocked.CompareExchange(ref value, seen + given, seen);
            if (BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(seen))
            {
                break;
            }

            seen = found;
        }

        if (!isThere)
        {
            isThere = true;
        }
    }

    public void Observe(double given)
    {
        var bucket = 0;
        while (bucket < bounds.Length && !(given <= bounds[bucket]))
        {
            bucket++;
        }

        Interlocked.Increment(ref counts[bucket]);
        Add(given);
    }

    public void Forget() => isThere = false;
}
