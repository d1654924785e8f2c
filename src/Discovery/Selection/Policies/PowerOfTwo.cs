namespace Portolan.Discovery.Selection.Policies;

/// <summary>
/// The one with fewer calls in flight for its weight, of two by chance. Nearly as good as the least loaded of all, at a fixed
/// price, and callers that do not know of each other do not all meet at the same endpoint.
/// </summary>
internal sealed class PowerOfTwo(Endpoint[] endpoints, Random random) : Balancer
{
    public override Endpoint Pick(in PickContext context, int attempt)
    {
        var pair = new RandomPair(endpoints, random);

        // a/v <= b/w without dividing; one more in flight, as it would be then, so that weights count when all are idle.
        return (pair.First.InFlight + 1L) * pair.Second.Share <= (pair.Second.InFlight + 1L) * pair.First.Share ? pair.First : pair.Second;
    }
}
