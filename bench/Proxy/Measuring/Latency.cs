using Portolan.Bench.Proxy.Load;
using Portolan.Bench.Proxy.Peers;

namespace Portolan.Bench.Proxy.Measuring;

/// <summary>What a proxy adds to the backend's own latency, at one rate for all: half of what the slowest of them can do.</summary>
internal sealed class Latency(Settings settings, Client client, Output output)
{
    public async Task MeasureAsync(IReadOnlyList<Contender> contenders, int backendPort, double lowestKnee)
    {
        var rate = Math.Max(100, (int)(lowestKnee / 200) * 100);
        output.Doing($"added latency at {rate} a second");
        var bare = new Contender("none", null, Compiles: false);
        var runs = await Turns.TakeAsync(settings.Rounds, [.. contenders, bare], one => client.PaceAsync(one.Process?.Port ?? backendPort, "/small", settings.Seconds, rate));
        Report("added-latency-p50", seen => seen.P50);
        Report("added-latency-p99", seen => seen.P99);

        void Report(string name, Func<LoadSeen, double> percentile)
        {
            double Added(Contender one) => Median.Of(runs[one.Name].Zip(runs[bare.Name], (with, without) => percentile(with) - percentile(without)));
            foreach (var peer in contenders.Skip(1))
            {
                output.Add(new Figure(name, Added(contenders[0]), "ms", peer.Name, Added(peer)));
            }
        }
    }
}
