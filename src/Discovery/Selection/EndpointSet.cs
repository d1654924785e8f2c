using Portolan.Discovery.Selection.Policies;
using Portolan.Discovery.Selection.Zones;

namespace Portolan.Discovery.Selection;

/// <summary>
/// The endpoints of a service at one moment, with everything that a choice among them needs computed before. It never
/// changes: another one takes its place when the registry's answer, or who is out, does.
/// </summary>
public sealed class EndpointSet
{
    private const int Attempts = 8;

    private readonly SelectionOptions options;
    private readonly SlowStart slowStart;
    private readonly Random random;
    private readonly Endpoint[] all;
    private readonly Endpoint[] eligible;

    internal EndpointSet(SelectionOptions options, SlowStart slowStart, Random random, Endpoint[] all, Endpoint[] eligible)
    {
        (this.options, this.slowStart, this.random) = (options, slowStart, random);
        (this.all, this.eligible) = (all, eligible);
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Endpoint> All => all;

    /// <summary>Those that get calls.</summary>
    public IReadOnlyList<Endpoint> Eligible => eligible;

    /// <summary>True when so few are healthy that all are used.</summary>
    public bool Panic { get; internal init; }

    /// <summary>What it was made of; null before the first.</summary>
    public ServiceSnapshot? Snapshot { get; internal init; }

    internal ServiceSnapshot? Callers { get; init; }

    // One of the two is there when anybody is eligible.
    internal Balancer? Whole { get; init; }

    internal ZoneSpread? Spread { get; init; }

    // From when on and for how long (in timestamps) nobody's ejection ends.
    internal long Since { get; init; } = long.MinValue;

    internal ulong Lasts { get; init; } = ulong.MaxValue;

    // Until when somebody is new.
    internal long SlowUntil { get; init; } = long.MinValue;

    internal bool HoldsAt(long now) => (ulong)(now - Since) < Lasts;

    /// <summary>The one of this id, if it gets calls now.</summary>
    internal Endpoint? Find(string id)
    {
        foreach (var endpoint in eligible)
        {
            if (endpoint.Instance.Id == id)
            {
                return Accepts(endpoint) ? endpoint : null;
            }
        }

        return null;
    }

    internal Endpoint? Pick(in PickContext context)
    {
        if (eligible.Length == 0)
        {
            return null;
        }

        var balancer = Whole ?? Spread!.Choose();
        var picked = balancer.Pick(in context, 0);
        return Takes(picked, in context) ? picked : PickAnother(balancer, picked, in context);
    }

    private Endpoint PickAnother(Balancer balancer, Endpoint refused, in PickContext context)
    {
        for (var attempt = 1; attempt < Attempts; attempt++)
        {
            var picked = balancer.Pick(in context, attempt);
            if (Takes(picked, in context))
            {
                return picked;
            }
        }

        // Chance met nobody who takes it: anybody who does, new or not, and if nobody does, the one who was meant.
        var start = random.Next(eligible.Length);
        Endpoint? again = null;
        for (var step = 0; step < eligible.Length; step++)
        {
            var endpoint = eligible[(start + step) % eligible.Length];
            if (endpoint != context.Avoid && Accepts(endpoint))
            {
                if (!context.WasTried(endpoint))
                {
                    return endpoint;
                }

                again ??= endpoint;
            }
        }

        return again ?? refused;
    }

    private bool Takes(Endpoint endpoint, in PickContext context) =>
        !context.WasTried(endpoint) && Accepts(endpoint) && (context.Now >= SlowUntil || TakesItsShare(endpoint, in context));

    private bool Accepts(Endpoint endpoint) => options.Accepts is null || options.Accepts(endpoint);

    // By key it is the key's own chance, the same every time: so a key moves to a new endpoint once.
    private bool TakesItsShare(Endpoint endpoint, in PickContext context)
    {
        var share = slowStart.Share(context.Now - endpoint.AvailableSince);
        return share >= 1 || share > (context.Key is { } key && LoadBalancing.IsByKey(options.Policy) ? KeyHash.Chance(key) : random.NextDouble());
    }
}
