namespace Portolan.Discovery.Selection.Policies;

/// <summary>
/// A policy over endpoints that do not change: everything that can be computed before is computed when it is made, and a new
/// one is made for other endpoints. There is at least one. Choosing allocates nothing and takes no lock.
/// </summary>
internal abstract class Balancer
{
    /// <summary>Chooses.</summary>
    /// <param name="context">What the choice may go by.</param>
    /// <param name="attempt">0, and one more each time the endpoint chosen before did not take this call.</param>
    public abstract Endpoint Pick(in PickContext context, int attempt);

    /// <summary>The policy of that name.</summary>
    public static Balancer Of(SelectionOptions options, Endpoint[] endpoints, Random random, TotalLoad load) => options.Policy switch
    {
        LoadBalancing.Random => new AnyOne(endpoints, random),
        LoadBalancing.Weighted => new InTurn(WeightedSchedule.Of(endpoints), random),
        LoadBalancing.LeastRequests => new LeastRequests(endpoints, random, options.Accepts),
        LoadBalancing.PowerOfTwo => new PowerOfTwo(endpoints, random),
        LoadBalancing.PeakEwma => new PeakEwma(endpoints, random),
        LoadBalancing.RingHash => new RingHash(endpoints, random, new LoadBound(options.LoadBound, endpoints, load)),
        LoadBalancing.Maglev => new Maglev(endpoints, random, new LoadBound(options.LoadBound, endpoints, load)),
        _ => new InTurn(endpoints, random),
    };
}
