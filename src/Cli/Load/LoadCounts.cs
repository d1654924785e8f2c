namespace Portolan.Cli.Load;

/// <summary>Why a request got no answer.</summary>
internal enum LoadFailure
{
    /// <summary>No connection: nobody listens.</summary>
    Refused,

    /// <summary>No connection for another reason.</summary>
    Connect,

    /// <summary>No connection that both sides trust.</summary>
    Tls,

    /// <summary>The answer was not complete in time.</summary>
    Timeout,

    /// <summary>The connection ended before the answer was complete.</summary>
    Closed,

    /// <summary>What came is not an answer of HTTP/1.1.</summary>
    Malformed,
}

/// <summary>What was seen. Any thread may add.</summary>
/// <param name="from">Ticks since the run began; what was due earlier is warm-up.</param>
internal sealed class LoadCounts(long from)
{
    // A millisecond is what the schedule may be late without it showing in what is measured.
    private const long Late = TimeSpan.TicksPerMillisecond;
    private readonly long[] statuses = new long[1000];
    private readonly long[] failures = new long[Enum.GetValues<LoadFailure>().Length];
    private long bytes;
    private long late;
    private long unsent;

    /// <summary>How long the server took, from the moment each request was due; of those without an answer, how long they had waited.</summary>
    public LatencyHistogram Latency { get; } = new();

    public long Bytes => Volatile.Read(ref bytes);

    /// <summary>Requests sent more than a millisecond after they were due.</summary>
    public long SentLate => Volatile.Read(ref late);

    /// <summary>Requests that were due and never sent, for all connections were busy.</summary>
    public long Unsent => Volatile.Read(ref unsent);

    public IEnumerable<(int Status, long Count)> Statuses =>
        statuses.Index().Where(status => status.Item > 0);

    public IEnumerable<(LoadFailure Kind, long Count)> Failures =>
        failures.Index().Where(failure => failure.Item > 0).Select(failure => ((LoadFailure)failure.Index, failure.Item));

    public long Answered => statuses.Sum();

    public void Answer(int status, long length, long due, long sent, long now)
    {
        if (due >= from)
        {
            Interlocked.Increment(ref statuses[status]);
            Interlocked.Add(ref bytes, length);
            Latency.Add(now - due);
            CountLate(due, sent);
        }
    }

    public void Fail(LoadFailure kind, long due, long sent, long now)
    {
        if (due >= from)
        {
            Interlocked.Increment(ref failures[(int)kind]);
            CountLate(due, sent);
            if (kind == LoadFailure.Timeout)
            {
                // Left out, the slowest would make the rest look fast. What is refused is no slowness.
                Latency.Add(now - due);
            }
        }
    }

    public void Miss(long due, long now)
    {
        if (due >= from)
        {
            unsent++;
            Latency.Add(now - due);
        }
    }

    private void CountLate(long due, long sent)
    {
        if (sent - due > Late)
        {
            Interlocked.Increment(ref late);
        }
    }
}
