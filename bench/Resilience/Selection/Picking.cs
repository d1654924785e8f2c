using BenchmarkDotNet.Attributes;
using Portolan.Discovery;
using Portolan.Discovery.Selection;
using Portolan.Resilience;

namespace Portolan.Bench.Resilience.Selection;

/// <summary>
/// The choice of an endpoint among a hundred healthy ones, with the checks every choice makes: who is out, who is new, whom to
/// avoid. The timestamp is given: a call has read it anyway. Nobody makes the same choice in a library of its own, so there
/// is no peer.
/// </summary>
public class Picking
{
    private const int Endpoints = 100;
    private readonly string[] keys = [.. Enumerable.Range(0, 256).Select(key => $"customer-{key}")];
    private ServiceEndpoints endpoints = null!;
    private long now;
    private byte turn;

    public static IEnumerable<string> Cases => LoadBalancing.All.Select(policy => $"pick of {Endpoints}, {policy}");

    [ParamsSource(nameof(Cases))]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        endpoints = new ServiceEndpoints(
            new SelectionOptions { Policy = Case[(Case.IndexOf(',', StringComparison.Ordinal) + 2)..] },
            new PipelineScope("bench", TimeProvider.System, Random.Shared));
        endpoints.Refresh(new ServiceSnapshot("bench", [.. Enumerable.Range(0, Endpoints).Select(Instance)], Stale: false));
        now = TimeProvider.System.GetTimestamp();

        // Calls in flight and latencies as after a while, each its own.
        foreach (var (index, endpoint) in endpoints.Current.All.Index())
        {
            endpoint.Begin();
            endpoint.Begin();
            endpoint.End(Verdict.Success, TimeSpan.FromMilliseconds(1 + index), now);
        }
    }

    [Benchmark]
    public object Ours() => endpoints.Pick(new PickContext(now, keys[turn++]))!;

    private static ServiceInstance Instance(int number) =>
        new($"bench-{number}", "127.0.0.1", 5000 + number, true, "healthy", [], new Dictionary<string, string> { ["weight"] = $"{50 + number}" });
}
