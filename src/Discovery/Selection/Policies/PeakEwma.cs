namespace Portolan.Discovery.Selection.Policies;

/// <summary>The one that promises the shorter wait for its weight, of two by chance: expected latency times calls in flight.</summary>
internal sealed class PeakEwma(Endpoint[] endpoints, Random random) : Balancer
{
    public override Endpoint Pick(in PickContext context, int attempt)
    {
        var pair = new RandomPair(endpoints, random);
        return Cost(pair.First, context.Now) * pair.Second.Share <= Cost(pair.Second, context.Now) * pair.First.Share ? pair.First : pair.Second;
    }

    private static double Cost(Endpoint endpoint, long now) => endpoint.Latency!.At(now) * (endpoint.InFlight + 1);
}
