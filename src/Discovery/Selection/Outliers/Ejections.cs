using Portolan.Resilience;

namespace Portolan.Discovery.Selection.Outliers;

/// <summary>Decides which endpoints of a service are out. Everything but <see cref="IsDue"/> runs under the owner's lock.</summary>
internal sealed class Ejections(EjectionOptions options, PipelineScope scope)
{
    private readonly long interval = scope.Timestamps(options.Interval);
    private long compared = scope.Clock.GetTimestamp();

    /// <summary>Further back than this the clock was set: nobody is out until then.</summary>
    public long LongestTime { get; } = scope.Timestamps(options.LongestTime);

    /// <summary>True when so many failures in a row, once more, are a reason.</summary>
    public bool IsReason(int failuresInARow) =>
        failuresInARow > 0 && options.FailuresInARow > 0 && failuresInARow % options.FailuresInARow == 0;

    /// <summary>True when an interval has passed since the last comparison; or as much has passed backwards.</summary>
    public bool IsDue(long now) => (ulong)(now - Volatile.Read(ref compared) + interval) >= (ulong)interval * 2;

    /// <summary>For how long it is out now; null when it already is, or when too many are.</summary>
    public TimeSpan? TryEject(Endpoint endpoint, Endpoint[] all, long now)
    {
        var allowed = Math.Max(1, (int)(all.Length * options.LargestShare));
        if (endpoint.Record.Ejected || Array.IndexOf(all, endpoint) < 0 || all.Count(other => other.Ejected) >= allowed)
        {
            return null;
        }

        var times = endpoint.Record.Times + 1;
        var time = options.Time < options.LongestTime / times ? options.Time * times : options.LongestTime;
        endpoint.Record.Eject(now, scope.Timestamps(time));
        return time;
    }

    /// <summary>True when it comes back now.</summary>
    public bool TryReturn(Endpoint endpoint, long now)
    {
        var (at, lasts) = endpoint.Record.Out;
        if (!endpoint.Ejected || (now - at < lasts && at - now < LongestTime))
        {
            return false;
        }

        endpoint.Record.Return();
        return true;
    }

    /// <summary>Ends the interval: who behaved gets a time back, and whose share of successes stands out is named.</summary>
    public IReadOnlyList<(Endpoint Endpoint, string Why)> Compare(Endpoint[] all, long now)
    {
        var before = compared;
        var intervals = Math.Max(1, (now - before) / interval);
        Volatile.Write(ref compared, now);
        var shares = new List<(Endpoint Endpoint, double Share)>();
        foreach (var endpoint in all.Where(endpoint => !endpoint.Ejected))
        {
            endpoint.Record.Forgive(Math.Max(0, now - Math.Max(before, endpoint.Record.Out.At + endpoint.Record.Out.Lasts)) / interval);
            var (calls, successes) = endpoint.Record.TakeInterval();
            if (calls >= options.ComparedCalls * intervals)
            {
                shares.Add((endpoint, (double)successes / calls));
            }
        }

        return shares.Count < options.ComparedEndpoints || options.Deviations == 0 ? [] : Outliers(shares);
    }

    private IReadOnlyList<(Endpoint Endpoint, string Why)> Outliers(List<(Endpoint Endpoint, double Share)> shares)
    {
        var mean = shares.Average(entry => entry.Share);
        var deviation = Math.Sqrt(shares.Average(entry => (entry.Share - mean) * (entry.Share - mean)));
        var threshold = mean - (options.Deviations * deviation);
        return
        [
            .. shares.Where(entry => entry.Share < threshold).OrderBy(entry => entry.Share).Select(entry =>
                (entry.Endpoint, $"{entry.Share:P1} successes, {mean:P1} on average")),
        ];
    }
}
