namespace Portolan.Discovery.Selection.Policies;

/// <summary>The one with the fewest calls in flight for its weight; of several such any, as it looks from a start by chance.</summary>
internal sealed class LeastRequests(Endpoint[] endpoints, Random random, Func<Endpoint, bool>? accepts) : Balancer
{
    private readonly PowerOfTwo others = new(endpoints, random);

    public override Endpoint Pick(in PickContext context, int attempt)
    {
        // The least loaded is too new to take the call, and would still be the least loaded of all.
        if (attempt > 0)
        {
            return others.Pick(in context, attempt);
        }

        var start = random.Next(endpoints.Length);
        Endpoint? best = null;
        var least = 0L;
        for (var step = 0; step < endpoints.Length; step++)
        {
            var index = start + step;
            var endpoint = endpoints[index < endpoints.Length ? index : index - endpoints.Length];
            var load = endpoint.InFlight + 1L;
            if ((best is null || load * best.Share < least * endpoint.Share) && !context.WasTried(endpoint) && (accepts is null || accepts(endpoint)))
            {
                (best, least) = (endpoint, load);
            }
        }

        return best ?? endpoints[start];
    }
}
