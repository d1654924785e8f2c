using Portolan.Bench.Proxy.Load;
using Portolan.Bench.Proxy.Peers;

namespace Portolan.Bench.Proxy.Measuring;

/// <summary>
/// What work costs of the proxy's processor. Measured so, neither the client nor the backend can be the limit; "a core" is a
/// second of that time.
/// </summary>
internal sealed class Throughput(Settings settings, Client client, Output output)
{
    private const int LargeConnections = 4;

    // Before that, a compiler that gets little of the core may look as if it had nothing to do.
    private const int FewestBursts = 4;

    /// <summary>The fewest requests a second that any contender was seen to answer.</summary>
    public double LowestKnee { get; private set; }

    /// <summary>Floods one until its cost no longer falls.</summary>
    public async Task WarmUpAsync(Contender contender, string path, int connections = Settings.Connections)
    {
        var before = double.MaxValue;
        var settled = 0;
        for (var burst = 0; burst < (contender.Compiles ? settings.WarmBursts : 1) && settled < 2; burst++)
        {
            var (processor, seen) = await client.FloodAsync(contender.Process!, path, 2, connections);
            var now = processor / seen.Answered;
            settled = burst >= FewestBursts - 2 && now > before * 0.97 ? settled + 1 : 0;
            before = Math.Min(now, before);
        }
    }

    public async Task RequestsAsync(IReadOnlyList<Contender> contenders)
    {
        var runs = await Turns.TakeAsync(settings.Rounds, contenders, one => client.FloodAsync(one.Process!, "/small", settings.Seconds));
        var cost = runs.ToDictionary(run => run.Key, run => Median.Of(run.Value.Select(one => one.Processor / one.Seen.Answered * 1e6)));
        LowestKnee = runs.Values.Min(run => Median.Of(run.Select(one => one.Seen.PerSecond)));
        var ours = cost[contenders[0].Name];
        foreach (var peer in contenders.Skip(1))
        {
            output.Add(new Figure("cpu-per-request", ours, "µs", peer.Name, cost[peer.Name]));
        }

        foreach (var peer in contenders.Skip(1))
        {
            output.Add(new Figure("requests-per-core", 1e6 / ours, "requests/s", peer.Name, 1e6 / cost[peer.Name]));
        }
    }

    public async Task LargeBodiesAsync(IReadOnlyList<Contender> contenders)
    {
        var runs = await Turns.TakeAsync(settings.Rounds, contenders, one => client.FloodAsync(one.Process!, "/large", settings.Seconds, LargeConnections));
        var rate = runs.ToDictionary(run => run.Key, run => Median.Of(run.Value.Select(one => one.Seen.Bytes / one.Processor / 1e6)));
        foreach (var peer in contenders.Skip(1))
        {
            output.Add(new Figure("large-bodies", rate[contenders[0].Name], "MB/s of a core", peer.Name, rate[peer.Name]));
        }
    }

    public async Task CachedAsync(IReadOnlyList<Contender> contenders)
    {
        var runs = await Turns.TakeAsync(settings.Rounds, contenders, one => client.FloodAsync(one.Process!, "/cached", settings.Seconds));
        var rate = runs.ToDictionary(run => run.Key, run => Median.Of(run.Value.Select(one => one.Seen.Answered / one.Processor)));
        foreach (var peer in contenders.Skip(1))
        {
            output.Add(new Figure("cached", rate[contenders[0].Name], "answers/s of a core", peer.Name, rate[peer.Name]));
        }
    }
}
