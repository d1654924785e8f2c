using Portolan.Discovery.Selection.Policies;

namespace Portolan.Discovery.Selection.Zones;

/// <summary>The endpoints of each zone with their policy, and which share of the calls goes there.</summary>
internal sealed class ZoneSpread
{
    private readonly Balancer[] balancers;
    private readonly double[] limits;
    private readonly Random random;

    private ZoneSpread(Balancer[] balancers, double[] limits, Random random)
    {
        this.balancers = balancers;
        this.limits = limits;
        this.random = random;
    }

    /// <summary>Null where zones make no difference.</summary>
    public static ZoneSpread? Of(string own, Endpoint[] eligible, ServiceSnapshot? callers, Func<Endpoint[], Balancer> balance, Random random)
    {
        var zones = eligible.GroupBy(ZoneOf).ToDictionary(zone => zone.Key, zone => zone.ToArray());
        if (zones.Count < 2)
        {
            return null;
        }

        var capacities = zones.ToDictionary(zone => zone.Key, zone => zone.Value.Sum(endpoint => (double)endpoint.Share));
        var shares = ZoneShares.Of(own, capacities, CallersByZone(callers)).Where(zone => zone.Value > 0).OrderByDescending(zone => zone.Value).ToList();
        var limits = new double[shares.Count];
        var limit = 0.0;
        for (var index = 0; index < limits.Length; index++)
        {
            limits[index] = limit += shares[index].Value;
        }

        return new ZoneSpread([.. shares.Select(zone => balance(zones[zone.Key]))], limits, random);
    }

    public Balancer Choose()
    {
        if (balancers.Length > 1)
        {
            var draw = random.NextDouble();
            for (var index = 0; index < limits.Length; index++)
            {
                if (draw < limits[index])
                {
                    return balancers[index];
                }
            }
        }

        return balancers[0];
    }

    private static string ZoneOf(Endpoint endpoint) => endpoint.Zone ?? "";

    private static Dictionary<string, double> CallersByZone(ServiceSnapshot? callers) =>
        (callers?.Instances ?? []).Where(caller => caller.Healthy)
        .GroupBy(caller => caller.Metadata.GetValueOrDefault("zone") ?? "")
        .ToDictionary(zone => zone.Key, zone => (double)zone.Count());
}
